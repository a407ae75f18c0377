import type { ServerResponse } from 'node:http'

/** Two years, as browsers' preload lists want it. Source: RFC 6797; ASVS 5 section 3.4.1. */
const strictTransport = 'max-age=63072000; includeSubDomains'

/** What a page of ours could never need: nothing is loaded, framed, sent or run. A page that needs more names it itself. */
export const nothingAllowed = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const features = ['accelerometer', 'camera', 'clipboard-read', 'geolocation', 'gyroscope', 'hid', 'microphone', 'midi']
const moreFeatures = [
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
]

const always: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': nothingAllowed,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': [...features, ...moreFeatures].map((feature) => `${feature}=()`).join(', '),
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}

/** The headers of every answer. @param isHttps whether people reach it by https only; otherwise nothing may be said of that */
export function securityHeaders(isHttps: boolean): Readonly<Record<string, string>> {
  return isHttps ? { ...always, 'Strict-Transport-Security': strictTransport } : always
}

export function sendHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
}
