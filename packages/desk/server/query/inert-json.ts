const unsafe = /[<>\u2028\u2029]/g
const escapes: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

/**
 * JSON that may stand in a `<script>` of HTML, whatever its texts say: nothing in it ends or begins an element or a comment.
 * https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
 */
export function inertJson(value: unknown): string {
  return JSON.stringify(value).replace(unsafe, (character) => escapes[character]!)
}
