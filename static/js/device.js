// What the device keeps for this site; some browsers refuse, and then nothing is kept and nothing breaks.

export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keep(key, text) {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept either.
  }
}

export function keptKeys(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

// Photos are too large for that: they go into a small database. Every request ends in a promise.
function photos(mode, ask) {
  return new Promise((resolve, reject) => {
    const opened = indexedDB.open("participation", 1);
    opened.onupgradeneeded = () => opened.result.createObjectStore("photos");
    opened.onerror = () => reject(opened.error);
    opened.onsuccess = () => {
      const done = opened.result.transaction("photos", mode);
      const asked = ask(done.objectStore("photos"));
      done.oncomplete = () => resolve(asked.result);
      done.onabort = done.onerror = () => reject(done.error);
    };
  });
}

export const recallPhoto = (key) => photos("readonly", (store) => store.get(key)).catch(() => null);
export const keepPhoto = (key, file) => photos("readwrite", (store) => store.put(file, key)).catch(() => null);
export const forgetPhoto = (key) => photos("readwrite", (store) => store.delete(key)).catch(() => null);
export const photoKeys = () => photos("readonly", (store) => store.getAllKeys()).catch(() => []);
