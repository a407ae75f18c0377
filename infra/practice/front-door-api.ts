import express, { type NextFunction, type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { type AuditSource, auditLine } from './front-door-audit.ts'
import { chatStreams } from './front-door-chats.ts'
import type { CompanyDirectory } from './front-door-company.ts'
import type { CompanyDomain } from './front-door-domain.ts'
import { liveStreams } from './front-door-live.ts'
import { onPremisesRouter } from './front-door-on-premises.ts'
import {
  type AuditLine,
  type CompanyView,
  type DirectoryState,
  FAULT_KINDS,
  type Mail,
  type SlackAccount,
  type SlackView,
} from './front-door-shapes.ts'
import type { PracticeClock } from './practice-clock.ts'
import type { SlackClient } from './slack/client.ts'

const MOST_PEOPLE = 40
const MOST_ROWS = 200
const MOST_MAILS = 50
/** A clock moved by more than a year and a bit proves nothing. */
const FURTHEST_MOVE_MS = 400 * 24 * 60 * 60_000

export interface ApiOptions {
  readonly company: CompanyDirectory
  readonly bot: { readonly name: string; readonly itChannelId: string; readonly itChannelName: string }
  readonly slack?: { readonly view: SlackView; readonly client: SlackAccounts } | undefined
  readonly chats: Parameters<typeof chatStreams>[0]
  readonly botUrl: () => string
  readonly audit: (after: number, limit: number) => Promise<readonly AuditSource[]>
  readonly verifyAudit: () => Promise<{ whole: boolean; rows: number; sentence: string }>
  readonly clock: Pick<PracticeClock, 'now' | 'offsetMilliseconds' | 'moves' | 'advance'>
  readonly mailbox: (address: string) => readonly Mail[]
  /** Undefined in a company that is in the cloud alone. */
  readonly domain?: CompanyDomain | undefined
  readonly restartBot?: ((how: 'SIGTERM' | 'SIGKILL') => Promise<void>) | undefined
}

type SlackAccounts = Pick<SlackClient, 'userOf' | 'directMessageOf'>

const bodies = {
  signIn: z.object({ userPrincipalName: z.string().min(1).max(320), password: z.string().min(1).max(256) }),
  clock: z.object({ advanceMilliseconds: z.number().int().min(1).max(FURTHEST_MOVE_MS) }),
  fault: z.object({ kind: z.enum(FAULT_KINDS) }),
  restart: z.object({ how: z.enum(['SIGTERM', 'SIGKILL']) }),
}

/** `/practice/api`: what the page asks besides what Teams answers. Writes need `content-type: application/json`. */
export function apiRouter(options: ApiOptions): { readonly router: Router; close(): void } {
  const { company, clock } = options
  const router = Router()
  const mailsOf = (address: string | undefined): readonly Mail[] =>
    address === undefined ? [] : options.mailbox(address).slice(-MOST_MAILS)
  const stateOf = (id: string): DirectoryState | undefined => {
    const state = company.state(id)
    return state && { ...state, mails: mailsOf(state.secondMailbox).length }
  }
  const clockView = () => ({
    now: clock.now().toISOString(),
    offsetMilliseconds: clock.offsetMilliseconds(),
    moves: clock.moves(),
  })
  const linesAfter = async (after: number): Promise<readonly AuditLine[]> => {
    const rows = await options.audit(after, MOST_ROWS)
    return rows.flatMap((row) => auditLine(row, company, options.bot.name) ?? [])
  }
  const live = liveStreams({
    audit: linesAfter,
    state: stateOf,
    memberships: (after) => company.memberships(after),
    clock: clockView,
    botUp: () => answers(options.botUrl()),
    domain: options.domain,
  })

  router.use(express.json({ limit: '16kb' }))
  router.use((_request, response, next) => {
    response.set('cache-control', 'no-store')
    next()
  })
  router.get('/company', (_request, response) => void response.json(companyView(options)))
  router.get('/people', ({ query }, response) => {
    response.json(company.search(String(query.search ?? '').slice(0, 100), MOST_PEOPLE))
  })
  router.get('/people/:id', ({ params: { id } }, response, next) => {
    const person = company.person(id)
    if (!person) return next()
    response.json({ person, state: stateOf(id) })
  })
  router.get('/people/:id/mail', ({ params: { id } }, response, next) => {
    const state = company.state(id)
    if (!state) return next()
    response.json({ address: state.secondMailbox, mails: mailsOf(state.secondMailbox) })
  })
  router.get('/people/:id/slack', ({ params: { id } }, response) => {
    response.json(slackAccount(options.slack?.client, id) ?? null)
  })
  router.post('/sign-in', async ({ body }, response) => {
    const { userPrincipalName, password } = bodies.signIn.parse(body)
    response.json(await company.signIn(userPrincipalName, password))
  })
  router.get('/audit', async ({ query }, response) => {
    response.json(await linesAfter(Number(query.after) || 0))
  })
  router.get('/audit/verify', async (_request, response) => void response.json(await options.verifyAudit()))
  router.get('/clock', (_request, response) => void response.json(clockView()))
  router.post('/clock', ({ body }, response) => {
    clock.advance(bodies.clock.parse(body).advanceMilliseconds)
    response.json(clockView())
  })
  router.post('/faults', ({ body }, response) => {
    company.setFault(bodies.fault.parse(body).kind)
    response.status(204).end()
  })
  router.post('/bot', async ({ body }, response, next) => {
    if (!options.restartBot) return next()
    await options.restartBot(bodies.restart.parse(body).how)
    response.status(204).end()
  })
  if (options.domain) router.use('/on-premises', onPremisesRouter(options.domain))
  const chats = chatStreams(options.chats)
  router.get('/chats', (request, response) => chats.open(request, response))
  router.get('/live', (request, response) => live.open(request, response))
  router.use((_request, response) => {
    response.status(404).json({ error: { code: 'not-found', message: 'There is nothing here.' } })
  })
  router.use(answerError)
  return {
    router,
    close() {
      live.close()
      chats.close()
    },
  }
}

function companyView({ company, bot, restartBot, slack, domain }: ApiOptions): CompanyView {
  const employee = company.person(company.employeeId)
  const it = company.person(company.itId)
  const manager = company.person(employee?.managerId ?? '')
  const colleague = company.person(company.colleagueId)
  const approver = company.person(company.approverId)
  const onPremises = domain && company.person(domain.personId)
  if (!employee || !manager || !it || !colleague || !approver)
    throw new Error('the practice company has no employee with a manager, a colleague and an approver, or no IT')
  return {
    name: company.name,
    bot: bot.name,
    itChannelId: bot.itChannelId,
    itChannelName: bot.itChannelName,
    employee,
    manager,
    it,
    colleague,
    approver,
    itPeople: [it, ...company.itIds().flatMap((id) => (id === it.id ? [] : (company.person(id) ?? [])))],
    ...(slack === undefined ? {} : { slack: slack.view }),
    canRestartBot: restartBot !== undefined,
    ...(domain && onPremises ? { onPremises: { realm: domain.view().realm, person: onPremises } } : {}),
  }
}

function slackAccount(client: SlackAccounts | undefined, personId: string): SlackAccount | undefined {
  const user = client?.userOf(personId)
  if (!client || user === undefined) return undefined
  try {
    return { user, conversationId: client.directMessageOf(user) }
  } catch {
    // The account is deactivated: nobody sits down in front of it.
    return undefined
  }
}

async function answers(botUrl: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/healthz', botUrl), { signal: AbortSignal.timeout(1_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

function answerError(error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  if (error instanceof z.ZodError) {
    const issue = error.issues[0]
    const message = `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not understood'}`
    response.status(400).json({ error: { code: 'bad-input', message } })
    return
  }
  // What body-parser throws carries the HTTP status it stands for; anything else is a fault of this program.
  const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500
  if (status >= 500) console.error('practice page:', error instanceof Error ? error.message : error)
  const message = status >= 500 ? 'Something went wrong in the practice company.' : 'The request was not understood.'
  response.status(status).json({ error: { code: status >= 500 ? 'internal' : 'bad-input', message } })
}
