/**
 * The one way to write a JSON value (RFC 8785, JSON Canonicalization Scheme), so that equal content has equal bytes:
 * - no white space;
 * - members of an object in the order of their names by UTF-16 code units;
 * - strings as ECMAScript's JSON.stringify writes them (only `"`, `\` and U+0000–U+001F are escaped, the short forms
 *   \b \t \n \f \r where they exist, \u00xx in lower case otherwise; everything else is itself);
 * - numbers as ECMAScript writes them;
 * - a member whose value is `undefined` is left out.
 * @throws TypeError for what JSON cannot hold or what UTF-8 cannot (a lone surrogate)
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    // The default order of sort() is by UTF-16 code units; names are unique, so no two compare equal.
    members.sort(([one], [other]) => (one < other ? -1 : 1))
    return `{${members.map(([name, member]) => `${canonicalJson(name)}:${canonicalJson(member)}`).join(',')}}`
  }
  throw new TypeError(`${typeof value === 'string' ? 'broken UTF-16' : typeof value} has no canonical JSON`)
}
