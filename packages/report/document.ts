import { html, Markup, type Part } from "./markup.ts";
import { style } from "./style.ts";

export interface PageHead {
  readonly title: string;
  /** Rules of this page alone, behind the common ones. CSS of our own, never what was read somewhere. */
  readonly style?: string;
  /** After so many seconds the browser asks for the page anew; a page in a file never does. */
  readonly refreshSeconds?: number | undefined;
}

/**
 * An HTML document that needs nothing else: no script, no font, no image from anywhere, which its content security
 * policy also says. Light or dark as the reader's machine is; it prints.
 */
export const page = ({ title, style: own = "", refreshSeconds }: PageHead, ...body: readonly Part[]): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">
${refreshSeconds === undefined ? "" : html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
<title>${title}</title>
<style>${new Markup(style + own)}</style>
</head>
<body>
${body}
</body>
</html>
`.text;

/** Nothing is fetched; styles stand in the page itself, also as attributes. */
export const contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
