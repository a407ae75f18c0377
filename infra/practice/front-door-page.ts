import { readFile } from 'node:fs/promises'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type NextFunction, type Request, type Response, Router } from 'express'

const FOLDER = fileURLToPath(new URL('./page/', import.meta.url))
const OWN_FILE = /^(slack\/)?[a-z]+(-[a-z]+)*\.(ts|css|svg)$/

/** Other people's browser builds, each by its exact file. Card renderer: Microsoft's. */
const VENDORS: Readonly<Record<string, readonly [packageName: string, file: string]>> = {
  'adaptivecards.js': ['adaptivecards', 'dist/adaptivecards.min.js'],
  'markdown-it.js': ['markdown-it', 'dist/browser/markdown-it.umd.min.js'],
  'jsqr.js': ['jsqr', 'dist/jsQR.js'],
}

/** Scripts, styles and connections of this server only; pictures of the page itself (QR codes and photos are data URIs). */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The page at `/practice`: its own files with the types stripped as they are asked for, so there is nothing to build. */
export function pageRouter(): Router {
  const router = Router({ strict: true })
  router.use((_request: Request, response: Response, next: NextFunction) => {
    response.set({
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'cache-control': 'no-cache',
    })
    next()
  })
  router.get('/', async (_request, response) => {
    response.type('html').send(await readFile(join(FOLDER, 'index.html'), 'utf8'))
  })
  router.get('/page/*path', async ({ params: { path } }, response, next) => {
    const file = path.join('/')
    if (!OWN_FILE.test(file)) return next()
    const text = await readFile(join(FOLDER, file), 'utf8').catch(() => undefined)
    if (text === undefined) return next()
    if (file.endsWith('.ts')) response.type('text/javascript').send(stripTypeScriptTypes(text))
    else response.type(file.endsWith('.css') ? 'css' : 'svg').send(text)
  })
  router.get('/vendor/:file', ({ params: { file } }, response, next) => {
    const vendor = Object.hasOwn(VENDORS, file) ? VENDORS[file] : undefined
    if (!vendor) return next()
    response.set('cache-control', 'max-age=3600')
    response.sendFile(fileOf(...vendor))
  })
  return router
}

/** Where a file of an installed package lies, whatever the package exports. */
function fileOf(packageName: string, file: string): string {
  const require = createRequire(import.meta.url)
  for (const folder of require.resolve.paths(packageName) ?? []) {
    try {
      return join(dirname(require.resolve(join(folder, packageName, 'package.json'))), file)
    } catch {
      // Not in this node_modules: the next one up.
    }
  }
  throw new Error(`${packageName} is not installed: run npm ci`)
}
