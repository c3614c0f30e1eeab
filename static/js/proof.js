// A worker that shows the server that some work was done: nobody has to solve a puzzle, and robots get slower.

import { solveChallenge } from "../vendor/altcha-lib/index.js";

onmessage = async ({ data: given }) => {
  const { algorithm, challenge, salt, signature } = given;
  const { promise } = solveChallenge(challenge, salt, algorithm, given.maxNumber ?? given.maxnumber);
  const solved = await promise.catch(() => null);
  postMessage(solved ? btoa(JSON.stringify({ algorithm, challenge, salt, signature, ...solved })) : "");
};
