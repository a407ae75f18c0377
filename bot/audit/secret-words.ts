const secretWords = new Set(
  `password passwords passwd pwd passcode passcodes passphrase pin otp otps totp seed seeds secret secrets token tokens answer
   answers credential credentials cookie cookies bearer authorization code codes key keys`.split(/\s+/),
)
/** What a name ends with when it is about a secret and not the secret itself: `set-password-request-id`, `totp-error`. */
const aboutWords = new Set(['id', 'error', 'status', 'state', 'count', 'policy', 'reason', 'method', 'at', 'version'])
/** What stands before `code` when it is no secret. */
const openCodes = new Set(['error', 'status', 'reason', 'http', 'exit', 'graph', 'vendor'])

/** True when a name smells of a secret: `temporaryPassword`, `otp_code`, `refresh-token`; not `errorCode`, not `token-id`. */
export function namesASecret(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean)
  if (aboutWords.has(words.at(-1) ?? '')) return false
  return words.some((word, index) => {
    if (word === 'code' && openCodes.has(words[index - 1] ?? '')) return false
    return secretWords.has(word) || secretWords.has(words.slice(index, index + 2).join(''))
  })
}

/** Bearer headers, authenticator URIs and private keys: forms no fact for IT ever has. */
const secretForms = /\bBearer\s+[\w.~+/=-]{8,}|\botpauth:\/\/\S+|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/gi
/**
 * JSON Web Tokens likewise. A run of letters is looked at once, from its beginning, and only where a second part follows it: one that
 * begins like a token again and again must not be looked at as often.
 */
const token = /(?<![\w-])(?=[\w-]+\.[\w-]{8})([\w-]*?)\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/gi

/** The text with whatever has the form of a secret taken out: vendors repeat in their errors what they were sent. */
export function withoutSecretForms(text: string): string {
  return text.replace(secretForms, '[removed]').replace(token, '$1[removed]')
}
