import type { NextFunction, Request, Response } from 'express'

const LOCAL_ADDRESS = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
const LOCAL_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Lets in only this machine, and only pages served by it: the address of the caller, the name it called (a foreign name
 * pointing here is DNS rebinding), and the page it came from, if a browser names one.
 */
export function loopbackOnly(request: Request, response: Response, next: NextFunction): void {
  const { host = '', origin } = request.headers
  const isLocal = LOCAL_ADDRESS.test(request.socket.remoteAddress ?? '') && LOCAL_NAMES.has(nameOf(`http://${host}`))
  const isOwnPage = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
  if (isLocal && isOwnPage) next()
  else response.status(403).json({ error: { code: 'not-local', message: 'Practice Teams answers this machine only.' } })
}

const nameOf = (url: string) => (URL.canParse(url) ? new URL(url).hostname : '')
