import express, { type Router } from 'express'
import { z } from 'zod'

/** What the page can say; the words for the person stand in the page's own script. */
export type PageOutcome = { readonly ok: boolean; readonly sentence: string }

const body = z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })

/**
 * The page behind "This wasn't me" in a mail. The token stands after the `#`, which browsers send to nobody: it is in no
 * server's log, and with 256 bits nobody guesses one. Opening the page changes nothing (mail scanners open links); the button does.
 */
export function recoursePage(options: {
  readonly use: (token: string) => Promise<PageOutcome>
  readonly practice: boolean
}): Router {
  const router = express.Router()
  const banner = options.practice ? '<p class="practice">Practice company: nothing here is real.</p>' : ''
  const html = page.replace('<!--practice-->', banner)
  router.get('/not-me', (_request, response) => {
    response.setHeader(
      'Content-Security-Policy',
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    response.setHeader('Referrer-Policy', 'no-referrer')
    response.setHeader('Cache-Control', 'no-store')
    response.type('html').send(html)
  })
  router.get('/not-me.js', (_request, response) => void response.type('js').send(script))
  router.get('/not-me.css', (_request, response) => void response.type('css').send(style))
  router.post('/not-me', express.json({ limit: '1kb' }), async (request, response) => {
    const parsed = body.safeParse(request.body)
    if (!parsed.success)
      return void response.status(400).json({ ok: false, sentence: 'This link is not complete. Please call IT.' })
    response.json(await options.use(parsed.data.token))
  })
  return router
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>This wasn’t me</title>
<link rel="stylesheet" href="/not-me.css">
<main>
<!--practice-->
<h1>Was this not you?</h1>
<p>Press the button to block sign-in to your account, end its sessions and call IT. You will need IT to get back in.</p>
<button id="protect" type="button">This wasn’t me: protect my account</button>
<p id="outcome" role="status" aria-live="polite"></p>
</main>
<script src="/not-me.js"></script>
</html>
`

const script = `const button = document.getElementById('protect')
const outcome = document.getElementById('outcome')
button.addEventListener('click', async () => {
  button.disabled = true
  outcome.textContent = 'One moment …'
  try {
    const response = await fetch('/not-me', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: location.hash.slice(1) }) })
    outcome.textContent = (await response.json()).sentence
  } catch {
    outcome.textContent = 'HelpBot cannot be reached. Please call IT now.'
    button.disabled = false
  }
})
`

const style = `body { font: 18px/1.5 system-ui, sans-serif; margin: 0; background: #f5f5f7; color: #1b1b1f }
main { max-width: 34rem; margin: 10vh auto; padding: 2rem; background: #fff; border-radius: 12px }
button { font: inherit; font-weight: 600; padding: .8rem 1.2rem; border: 0; border-radius: 8px; background: #b3261e; color: #fff; cursor: pointer }
button:disabled { background: #777 }
.practice { background: #fff3c4; padding: .5rem 1rem; border-radius: 8px }
`
