/** The pages of the local identity provider: plain HTML that works without JavaScript. */

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
  main { width: min(26rem, calc(100vw - 3rem)); }
  h1 { font-size: 1.35rem; margin: 0 0 .25rem; }
  p { margin: .25rem 0 1rem; opacity: .8; }
  label { display: block; font-weight: 600; margin-bottom: .25rem; }
  input[type=text], input[type=email] { width: 100%; box-sizing: border-box; font: inherit; padding: .55rem .7rem;
    border: 1px solid color-mix(in srgb, CanvasText 35%, Canvas); border-radius: .4rem; background: Field; color: FieldText; }
  .buttons { display: flex; gap: .6rem; margin-top: 1rem; }
  button { font: inherit; padding: .5rem 1.1rem; border-radius: .4rem; border: 1px solid transparent; cursor: pointer; }
  button.main { background: #0b5fff; color: #fff; }
  button.other { background: transparent; color: inherit; border-color: color-mix(in srgb, CanvasText 35%, Canvas); }
  code { display: block; font: 1.1rem/1.4 ui-monospace, monospace; padding: .8rem; border-radius: .4rem; overflow-wrap: anywhere;
    background: color-mix(in srgb, CanvasText 8%, Canvas); user-select: all; }
`;

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${character.codePointAt(0)};`);
}

/** @param body HTML; what is not ours in it was escaped before */
export function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;
}

/** Field `#login`, buttons `#submit-login` and `#refuse`. */
export function loginPage(action: string, client: string, problem?: string): string {
  return page(
    "Local identity provider",
    `<p>${escapeHtml(client)} wants to know who you are. Any name will do: this provider is for trying and testing.</p>
${problem === undefined ? "" : `<p id="problem" role="alert">${escapeHtml(problem)}</p>`}
<form method="post" action="${escapeHtml(action)}">
<label for="login">E-mail address</label>
<input type="text" id="login" name="login" placeholder="alice@example.com" autocomplete="off" autofocus>
<div class="buttons"><button class="main" id="submit-login" name="choice" value="login">Log in</button>
<button class="other" id="refuse" name="choice" value="refuse">Refuse</button></div>
</form>`,
  );
}

/** For a client that has no address to come back to. The code is in `#code`. */
export function codePage(code: string): string {
  return page(
    "Your code",
    `<p>Paste this code where you started the login.</p><code id="code">${escapeHtml(code)}</code>`,
  );
}

export function refusedPage(problem: string): string {
  return page("Not logged in", `<p id="problem">${escapeHtml(problem)}</p>`);
}

/** @param form oidc-provider's own form, with its token against forgery; the button belongs to it */
export function deviceInputPage(form: string, problem?: string): string {
  return page(
    "Connect a device",
    `<p>Type the code that the device shows.</p>
${problem === undefined ? "" : `<p id="problem" role="alert">${escapeHtml(problem)}</p>`}
${form}<div class="buttons"><button class="main" id="submit-code" form="op.deviceInputForm">Continue</button></div>`,
  );
}

export function deviceConfirmPage(form: string, userCode: string): string {
  return page(
    "Is this the code?",
    `<p>Go on only if the device shows the same.</p><code id="user-code">${escapeHtml(userCode)}</code>
${form}<div class="buttons"><button class="main" id="confirm-code" form="op.deviceConfirmForm">Yes, continue</button>
<button class="other" id="refuse" form="op.deviceConfirmForm" name="abort" value="yes">No</button></div>`,
  );
}

export function deviceDonePage(): string {
  return page("Connected", `<p id="done">You can close this page and go back to the device.</p>`);
}
