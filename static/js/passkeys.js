/* Asks the browser for a passkey as soon as the page that wants one is open, and sends what it answers. */

const form = document.querySelector("#passkey-form");

function bytes(text) {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  if (!buffer) return undefined;
  const letters = Array.from(new Uint8Array(buffer), (number) => String.fromCharCode(number)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function withBytes(list) {
  return (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    },
  });
  return {
    clientDataJSON: text(made.response.clientDataJSON),
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
    made,
  };
}

async function get(options) {
  const made = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    },
  });
  return {
    clientDataJSON: text(made.response.clientDataJSON),
    authenticatorData: text(made.response.authenticatorData),
    signature: text(made.response.signature),
    userHandle: text(made.response.userHandle),
    made,
  };
}

async function ask() {
  try {
    const options = JSON.parse(JSON.parse(document.querySelector("#passkey-options").textContent));
    const { made, ...response } = await (form.dataset.passkey === "create" ? create : get)(options);
    const answer = { id: made.id, rawId: text(made.rawId), type: made.type, response };
    form.elements.credential.value = JSON.stringify(answer);
    form.submit();
  } catch {
    // Refused, cancelled, or an address such as 127.0.0.1, for which no browser keeps passkeys.
    document.querySelector("#passkey-problem").hidden = false;
  }
}

if (form) ask();
