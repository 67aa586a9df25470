// What the pages ask of the server, and how they notice that it is away and back.

export const GIVE_UP_MS = 15_000;
const KNOCK_MS = 1000;

// No answer came, or one that says: not now.
export class Away extends Error {
  constructor(response = null, { message = "", hint = "" } = {}) {
    super(message);
    this.answered = response !== null;
    this.hint = hint;
    this.waitMs = 1000 * Number(response?.headers.get("Retry-After")) || KNOCK_MS;
  }
}

// Ask for a reading; body is a form, or what becomes JSON. Throws Away, or what the server says is wrong.
export const read = (body, signal) => ask("/read", { method: "POST", body, signal });

// Ask anything of the API; gives what it answers, null where that is nothing. Throws as read does.
export async function ask(path, { method = "GET", body, signal } = {}) {
  const plain = body === undefined || body instanceof FormData;
  let response;
  let answer;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers: plain ? {} : { "Content-Type": "application/json" },
      body: plain ? body : JSON.stringify(body),
      signal,
    });
    answer = response.status === 204 ? null : await response.json();
  } catch {
    throw new Away();
  }
  if (response.ok) return answer;
  if (response.status === 429 || response.status >= 502) throw new Away(response, answer.error);
  throw answer.error ?? { code: "unknown", message: "The server gave no reason.", hint: "" };
}

// What is wrong, for a person; what was not done is said by the caller.
export const wordsOf = (error) => `${error.message || "The server is away. Try again when it is back."} ${error.hint ?? ""}`.trim();

// A server whose database of corrections cannot be used is not ready, but it reads.
const readsAllTheSame = async (response) => (await response.json()).error?.code?.startsWith("store_");

// Resolves when the server can read again, be it without a database, which /readyz would not do. It knocks every second, and at once when the network is back.
export function untilReady(away) {
  return new Promise((resolve) => {
    let timer = 0;
    let knocking = false;
    const knock = async () => {
      if (knocking) return;
      knocking = true;
      clearTimeout(timer);
      try {
        const response = await fetch("/api/v1/model", { signal: AbortSignal.timeout(GIVE_UP_MS) });
        if (!response.ok && !(await readsAllTheSame(response))) throw new Away(response);
        removeEventListener("online", knock);
        resolve();
      } catch {
        timer = setTimeout(knock, KNOCK_MS);
        knocking = false;
      }
    };
    addEventListener("online", knock);
    timer = setTimeout(knock, away.waitMs);
  });
}
