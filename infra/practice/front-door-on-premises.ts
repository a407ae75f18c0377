import { type Response, Router } from 'express'
import { z } from 'zod'
import type { CompanyDomain } from './front-door-domain.ts'

const bodies = {
  run: z.object({ run: z.boolean() }),
  line: z.object({ whole: z.boolean() }),
  sync: z.object({ paused: z.boolean() }),
  administrator: z.object({ is: z.boolean() }),
  signIn: z.object({ userPrincipalName: z.string().min(1).max(320), password: z.string().min(1).max(256) }),
}

/** `/practice/api/on-premises`: what the page does with the company's own domain. Expects parsed JSON bodies. */
export function onPremisesRouter(domain: CompanyDomain): Router {
  const router = Router()
  router.get('/', (_request, response) => void response.json(domain.view()))
  router.post('/controller', async ({ body }, response) => {
    await domain.runController(bodies.run.parse(body).run)
    response.json(domain.view())
  })
  router.post('/agent', async ({ body }, response) => {
    await domain.runAgent(bodies.run.parse(body).run)
    response.json(domain.view())
  })
  router.post('/line', ({ body }, response) => {
    domain.connect(bodies.line.parse(body).whole)
    response.json(domain.view())
  })
  router.post('/sync', ({ body }, response) => {
    domain.pauseSync(bodies.sync.parse(body).paused)
    response.json(domain.view())
  })
  router.post('/sync/now', async (_request, response) => {
    await whileItAnswers(response, async () => {
      await domain.syncNow()
      response.json(domain.view())
    })
  })
  router.post('/people/:id/lock-out', async ({ params: { id } }, response, next) => {
    if (domain.account(id) === undefined) return next()
    await whileItAnswers(response, async () => void response.json({ sentence: await domain.lockOut(id) }))
  })
  router.post('/people/:id/administrator', async ({ params: { id }, body }, response, next) => {
    if (domain.account(id) === undefined) return next()
    const { is } = bodies.administrator.parse(body)
    await whileItAnswers(response, async () => {
      await domain.setAdministrator(id, is)
      response.status(204).end()
    })
  })
  router.post('/sign-in', async ({ body }, response) => {
    const { userPrincipalName, password } = bodies.signIn.parse(body)
    response.json(await domain.signIn(userPrincipalName, password))
  })
  return router
}

/** A domain controller that was stopped on this page is no fault of the page. */
async function whileItAnswers(response: Response, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch {
    response
      .status(503)
      .json({ error: { code: 'unreachable', message: 'The domain controller did not do it. Is it on?' } })
  }
}
