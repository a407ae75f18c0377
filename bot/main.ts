import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { dialogsFor } from '../dialogs/registry.ts'
import { examples } from '../dialogs/understand/examples.ts'
import { compileUnderstanding } from '../dialogs/understand/understand.ts'
import { windowForOther } from '../dialogs/window-for-other.ts'
import { accessEndButtons } from './access/buttons.ts'
import { workOffContracts } from './access/due-contracts.ts'
import { workOffGrants } from './access/due-grants.ts'
import { entryIndex } from './access/entry-index.ts'
import type { AccessGround } from './access/ground.ts'
import { approvedAccess } from './access/make-grant.ts'
import { settleAccess } from './access/settle.ts'
import { accessEndWindows } from './access/windows.ts'
import { agentLink } from './agent-link/open.ts'
import { hastened, linkTimes } from './agent-link/times.ts'
import { closeCards } from './approvals/close-cards.ts'
import { confirmButton } from './approvals/confirm-button.ts'
import { endedReadOuts } from './approvals/read-outs.ts'
import { accessRequestButtons } from './approvals/requests/buttons.ts'
import { workOffRequests } from './approvals/requests/due-requests.ts'
import { accessRequestWindows } from './approvals/requests/windows.ts'
import { auditTrail, head } from './audit/trail.ts'
import type { Arrival, Channel, ChannelName } from './channels/chat.ts'
import { teamsChannel } from './channels/teams.ts'
import { teamsTokens } from './channels/teams-tokens.ts'
import { loadSettings } from './config.ts'
import { deskFor } from './desk/for-person.ts'
import { freezeAccount } from './desk/freezing.ts'
import type { Ground } from './desk/ground.ts'
import { expireReadOuts, withdrawReadOut } from './desk/read-out-ends.ts'
import { unknownReadOutButton } from './desk/read-out-unknown.ts'
import { readOutWindow } from './desk/read-out-window.ts'
import { entraDirectory } from './directory/entra.ts'
import { hybridDirectory } from './directory/hybrid.ts'
import { itThreads } from './escalation/it-threads.ts'
import { homePage } from './home.ts'
import { itMembership } from './identity/it-membership.ts'
import { parseKeyRing } from './identity/key-ring.ts'
import { expireDue, withdrawOfDialog } from './identity/manager.ts'
import { chatCountsNoMore } from './identity/proofs.ts'
import { expireEnrolments } from './identity/totp-enrolment.ts'
import { startJobs } from './jobs.ts'
import { lockdownButtons } from './lockdown/buttons.ts'
import { readInForce } from './lockdown/in-force.ts'
import { expireProposals } from './lockdown/settle.ts'
import { openLog } from './log.ts'
import { watchManagers } from './manager-watch.ts'
import { openMetrics } from './metrics.ts'
import { mailNotices } from './notices/mail.ts'
import { noticesOfOperation } from './notices/of-operation.ts'
import { openSlack } from './open-slack.ts'
import { disableAccount } from './operations/disable-account.ts'
import { enableAccount } from './operations/enable-account.ts'
import { startEngine } from './operations/engine.ts'
import { freezeAccount as freezeAccountOperation } from './operations/freeze-account.ts'
import { grantAccess } from './operations/grant-access.ts'
import { handover } from './operations/handover.ts'
import type { OperationEngine } from './operations/operation.ts'
import { temporaryPassword } from './operations/password.ts'
import { protectAccount } from './operations/protect-account.ts'
import { resetPassword } from './operations/reset-password.ts'
import { issueAccessPassFor, resetPasswordFor } from './operations/reset-password-for.ts'
import { revokeAccess } from './operations/revoke-access.ts'
import { operationSteps } from './operations/run-operation.ts'
import { unlockAccount } from './operations/unlock-account.ts'
import { recogniser } from './people.ts'
import { emptyCatalogue, loadCatalogue } from './policy/catalogue/load.ts'
import { loadPolicy } from './policy/policy.ts'
import { defaultPolicyFile, readCatalogue, readPolicy } from './policy/read-policy.ts'
import { movedClock } from './practice-clock.ts'
import { readiness } from './readiness.ts'
import { recoursePage } from './recourse/page.ts'
import { notMeButton, useRecourse } from './recourse/use-recourse.ts'
import { presence } from './replicas/presence.ts'
import { thisReplica } from './replicas/replica.ts'
import { type Abandoned, takeOver } from './replicas/take-over.ts'
import { startServer } from './server.ts'
import { startFault } from './start-fault.ts'
import { openDatabase } from './store/database.ts'
import { startEmbeddedPostgres } from './store/embedded-postgres.ts'
import { ephemeralWithFallback } from './store/ephemeral-with-fallback.ts'
import { forgetOldRows } from './store/forget-old-rows.ts'
import { type Forgetful, forgetOldWorkflows } from './store/forget-old-workflows.ts'
import { memoryEphemeral } from './store/memory.ts'
import { memoryRelay } from './store/memory-relay.ts'
import { postgresEphemeral } from './store/postgres-ephemeral.ts'
import { openRedis } from './store/redis.ts'
import { redisRelay } from './store/redis-relay.ts'
import { followUps } from './sync/follow-ups.ts'
import { builtInTickets } from './tickets/built-in.ts'
import { incidentOf, settleTicket } from './tickets/settle.ts'
import { conductDialogs } from './turns/conduct.ts'
import { conversationsIn } from './turns/conversations.ts'
import { deliverer } from './turns/deliver.ts'
import { tellItOfLostPost } from './turns/lost-post.ts'
import { tellThePersonOfLostWords } from './turns/lost-words.ts'
import { pendingPosts } from './turns/outbox.ts'
import { takeTurns } from './turns/turns.ts'
import { tellItOfAlarm } from './watch/agent-alarms.ts'
import { watchLockouts } from './watch/lockouts.ts'
import { personOf } from './watch/person-of.ts'

/** Orchestrators kill after 30 seconds. */
const longestDrain = 25_000

/** HelpBot, put together. Reads like a table of contents: what depends on what stands in this order. */
export async function runBot(environment: NodeJS.ProcessEnv): Promise<void> {
  const settings = loadSettings(environment)
  const log = openLog(settings.logLevel, {
    replica: settings.replica,
    ...(settings.practice ? { practice: true } : {}),
  })
  if (settings.practice) log.warn('practice mode: nothing here is real, and nothing outside this machine is reached')
  const clock = settings.practiceClock ? movedClock(settings.practiceClock) : () => new Date()
  const policyFile = settings.policyFile ?? defaultPolicyFile
  const policy = loadPolicy(readPolicy(policyFile), policyFile)
  const { catalogueFile } = settings
  const catalogue = catalogueFile ? loadCatalogue(readCatalogue(catalogueFile), catalogueFile) : emptyCatalogue
  const ring = parseKeyRing(settings.keys)
  const dialogs = dialogsFor(policy)

  // Stores
  const postgres = settings.databaseUrl ? undefined : await startEmbeddedPostgres({ folder: settings.dataFolder })
  const replica = thisReplica(settings.replica, randomBytes)
  const database = await openDatabase(settings.databaseUrl ?? postgres?.url ?? '', replica.connection)
  const { kysely } = database
  const redis = { prefix: 'helpbot:', onError: (error: Error) => log.warn({ error: error.message }, 'redis') }
  const shared =
    settings.redisUrl &&
    ephemeralWithFallback({ redis: openRedis(settings.redisUrl, redis), postgres: postgresEphemeral(kysely), log })
  const ephemeral = shared || memoryEphemeral(clock)
  const relay = settings.redisUrl ? redisRelay(settings.redisUrl, redis) : memoryRelay()
  const metrics = openMetrics()
  metrics.watchPending(() => pendingPosts(kysely))
  const inForce = () => readInForce(kysely, settings.graph.tenantId)
  metrics.watchLockdown(async () => (await inForce())?.mode)
  const alive = presence(kysely, replica)
  await alive.beat()
  const audit = auditTrail(kysely, clock)
  const tickets = builtInTickets(kysely, clock)

  // Directory
  const realTime = () => new Date()
  const entra = entraDirectory({ settings: settings.graph, clock: realTime, random: Math.random, sleep: pause })
  const agents = agentLink({
    database: kysely,
    ring,
    relay,
    ephemeral,
    audit,
    tenant: settings.graph.tenantId,
    realTime,
    times: settings.practiceHaste === undefined ? linkTimes : hastened(linkTimes, settings.practiceHaste),
    metrics,
    random: randomBytes,
    log,
    alarm: async (alarm, agent, transaction) => {
      const told = { database: transaction, clock, tenant: settings.graph.tenantId, escalation, hasItChannel }
      const posts = await tellItOfAlarm(told, alarm, agent)
      return () => conduct.bringOut(posts)
    },
  })
  const directory = hybridDirectory({ entra, link: agents.link, type: settings.directory, clock: realTime })

  // Channels
  const channels = new Map<ChannelName, Channel>()
  const recognise = recogniser({ directory, tenants: [settings.graph.tenantId], clock })
  const receive = (arrival: Arrival, isPublic: boolean) => turns.receive(arrival, isPublic)
  const teams =
    settings.teams &&
    teamsChannel({
      settings: settings.teams,
      tokens: teamsTokens(settings.teams, settings.authority, realTime),
      authority: settings.authority,
      log,
      receive,
      install: (person, app) => directory.installTeamsApp(person, app),
    })
  if (teams) channels.set('teams', teams)
  const slack =
    settings.slack &&
    openSlack({
      settings: settings.slack,
      tenant: settings.graph.tenantId,
      database: kysely,
      ephemeral,
      audit,
      directory,
      clock,
      realTime,
      receive,
      recognise,
      rollOut: policy.chatLinkMustStandFor,
      home: homePage({ database: kysely, directory, tickets, dialogs, policy }),
      log,
    })
  if (slack) channels.set('slack', slack)
  const conversations = conversationsIn(kysely, clock, channels)
  const hasItChannel = [...channels.values()].some((channel) => channel.itAddress() !== undefined)
  const isIt = itMembership(directory, settings.itGroup)
  const canMail = settings.graph.mailFrom !== undefined
  const channelIsStrong = (channel: ChannelName | undefined) =>
    channel === 'teams' || (channel === 'slack' && settings.slack?.mfaRequired === true)
  // IT in the loop
  const escalation = itThreads({
    database: kysely,
    clock,
    ticketsIn: (connection) => builtInTickets(connection, clock),
    audit,
    directory,
    hasItChannel,
    isIt,
    channelIsStrong,
    policy,
    freeze: (request) => freezeAccount({ engine, clock, directory })(request),
    reminders: policy.escalation.remindAfter,
    answerWithin: policy.confirmation.expiresAfter,
  })
  const lostPost = tellItOfLostPost(escalation)
  const lostWords = tellThePersonOfLostWords(kysely, clock)
  const deliver = deliverer({
    database: kysely,
    clock,
    conversations,
    channels,
    sendMail: mailNotices(kysely, directory, settings.publicUrl),
    lost: (post, why) => (post.person === undefined ? lostWords(post) : lostPost(post, why)),
    log,
  })

  // Operations
  const waiting = handover()
  const onBehalf = policy.operations['reset-password-for']
  const passwords = {
    handover: waiting,
    makePassword: (name: string) => temporaryPassword(policy.password, name.split(/\s+/), (bound) => randomInt(bound)),
    revokeSessions: policy.operations['reset-password'].revokeSessions,
  }
  const engine: OperationEngine & Abandoned & Forgetful = await startEngine({
    databaseUrl: database.url,
    database: kysely,
    executor: replica.executor,
    log,
    steps: operationSteps({
      database: kysely,
      audit,
      directoryFor: (correlationId) => directory.correlated(correlationId),
      entraFor: (correlationId) => entra.correlated(correlationId),
      policy,
      catalogue,
      clock,
      operations: [
        resetPassword(passwords),
        onBehalf.deliver === 'temporary-access-pass'
          ? issueAccessPassFor({
              handover: waiting,
              lifetimeMinutes: Math.ceil((onBehalf.passLasts ?? 3_600_000) / 60_000),
            })
          : resetPasswordFor({ ...passwords, revokeSessions: onBehalf.revokeSessions }),
        unlockAccount,
        freezeAccountOperation,
        protectAccount,
        grantAccess,
        revokeAccess,
        disableAccount,
        enableAccount,
      ],
      mayChange: alive.mayChange,
      isIt,
      groupWithin: (group, groups, id) => directory.correlated(id).groupWithin(group, groups),
      notices: noticesOfOperation(policy, canMail),
      settleAccess: settleAccess({ clock, policy, catalogue, audit }),
      afterwards: async (ended) => {
        metrics.operation(ended.request.name, ended.result.state)
        await settleTicket(tickets, ended.request, ended.result)
        const incident = await incidentOf({ database: kysely, escalation }, ended)
        // Not waited for: a slow mail must not keep a password from its window.
        conduct.bringOut([...ended.posts, ...incident])
      },
      pause: (milliseconds) => pause(milliseconds),
    }),
  })

  // Access: requests, grants and contracts
  const access: AccessGround = {
    database: kysely,
    clock,
    directory,
    policy,
    catalogue,
    audit,
    ticketsIn: (connection) => builtInTickets(connection, clock),
    escalation,
    ring,
    hasItChannel,
    channelIsStrong,
    isIt,
    approved: approvedAccess({ clock, policy, catalogue, audit }),
    engine,
    log,
  }
  const entries = entryIndex({ directory, catalogue, clock })

  // Conversations
  const ground: Ground = {
    database: kysely,
    clock,
    directory,
    policy,
    ring,
    audit,
    tickets,
    engine,
    handover: waiting,
    issuer: settings.practice ? 'HelpBot (practice)' : 'HelpBot',
    bringOut: (keys) => deliver.now(keys),
    hasItChannel,
    canMail,
    isIt,
    channelIsStrong,
    escalation,
    access,
    entries,
    log,
  }
  const conduct = conductDialogs({
    database: kysely,
    clock,
    deliver,
    deskFor: (person, dialogId, correlationId, channel) => deskFor(ground, person, dialogId, correlationId, channel),
    dialogs,
    moved: async (person, dialogId, channel) => {
      if (!ground.channelIsStrong(channel)) await chatCountsNoMore(kysely, dialogId, person)
    },
    abandoned: async (row, outcome) => {
      const ticket = await kysely.selectFrom('tickets').select('id').where('id', '=', row.id).executeTakeFirst()
      if (ticket) await tickets.close(ticket.id, `The conversation was ${outcome}.`)
      const cards = await closeCards(ground, await withdrawOfDialog(ground, row.id), 'Not needed any more.')
      return [...cards, ...(await withdrawReadOut(ground, row.id))]
    },
    quietAfter: policy.quietAfter,
    log,
  })
  const turns = takeTurns({
    database: kysely,
    clock,
    ephemeral,
    conversations,
    conduct,
    recognise,
    understand: compileUnderstanding(examples),
    buttons: {
      confirm: confirmButton(ground),
      'not-me': notMeButton(ground),
      'unknown-read-out': unknownReadOutButton(ground),
      ...accessRequestButtons(access),
      ...accessEndButtons(access),
      ...escalation.buttons,
      ...lockdownButtons(ground),
    },
    windows: {
      'read-out': readOutWindow(ground, windowForOther),
      ...accessRequestWindows(access),
      ...accessEndWindows(access),
    },
    async passOn(arrival, person, text, attachments) {
      const { id: event, correlationId } = arrival
      const passed = await escalation.fromPerson({ person, text, attachments, event, correlationId })
      if (!passed) return undefined
      await conduct.bringOut(passed.posts)
      return { kind: 'nothing' }
    },
    async fromIt(arrival, thread, person) {
      const { id: event, correlationId, inbound } = arrival
      if (inbound.kind !== 'text') return { kind: 'nothing' }
      const words = { person, text: inbound.text, attachments: inbound.attachments ?? 0, event, correlationId }
      const { note, posts } = await escalation.fromIt(thread, words)
      await conduct.bringOut(posts)
      return note === undefined ? { kind: 'nothing' } : { kind: 'note', text: note }
    },
    turnsPerMinute: 60,
    typing: (address) => channels.get(address.channel)?.typing(address) ?? Promise.resolve(),
    observe: metrics.turn,
    log,
  })

  // The server, and what must be looked after again and again
  const follow = followUps({ database: kysely, clock, entra, policy, escalation, audit, log })
  const lockouts = watchLockouts({
    database: kysely,
    // What a domain controller says goes by the clock of the world.
    clock: realTime,
    link: agents.link,
    directoryFor: (correlationId) => directory.correlated(correlationId),
    findPerson: personOf({
      link: agents.link,
      directoryFor: (correlationId) => directory.correlated(correlationId),
      holders: (immutableId) => entra.onPremises.holders(immutableId),
      requestId: randomUUID,
    }),
    policy,
    tenant: settings.graph.tenantId,
    hasItChannel,
    audit,
    log,
  })
  const page = recoursePage({
    practice: settings.practice,
    use: async (token) => {
      const used = await useRecourse(ground, { token }, 'mail')
      conduct.bringOut(used.posts)
      return { ok: used.ok, sentence: used.sentence }
    },
  })
  const ready = readiness(
    [
      { name: 'database', ask: async () => void (await kysely.selectFrom('facts').select('name').limit(1).execute()) },
      { name: 'ephemeral', ask: () => ephemeral.ping() },
      { name: 'directory', ask: () => directory.probe() },
      ...[...channels.values()].map((channel) => ({ name: channel.name, ask: () => channel.probe() })),
    ],
    (name, error) => log.warn({ dependency: name, error: String(error) }, 'not ready'),
    [
      { name: 'agents', say: agents.remark },
      ...(shared ? [{ name: 'redis', say: shared.remark }] : []),
      { name: 'lockdown', say: async () => (await inForce())?.mode },
    ],
  )
  let ending = false
  await agents.start()
  const server = await startServer({
    host: settings.host,
    port: settings.port,
    routers: [...(teams ? [teams.router] : []), ...(slack ? [slack.router] : []), page],
    upgrades: [agents.upgrade],
    trustedProxies: settings.trustedProxies,
    metricsToken: settings.metricsToken,
    isHttps: settings.publicUrl?.startsWith('https://') === true,
    ready,
    metrics,
    log,
  })
  const sayAlive = async () => void ((await alive.beat()) || end('given up by other replicas', 1))
  const life = startJobs([{ name: 'presence', everyMilliseconds: 1_000, run: sayAlive }], log)
  const forgetEvery = Math.min(600_000, settings.retention / 10)
  const jobs = startJobs(
    [
      {
        name: 'dead replicas',
        everyMilliseconds: 1_000,
        run: takeOver({ database: kysely, log }, replica, engine, alive.maySayDead),
      },
      { name: 'posts', everyMilliseconds: 1_000, run: () => deliver.due(50) },
      { name: 'quiet dialogs', everyMilliseconds: 2_000, run: () => turns.endQuiet(100) },
      { name: 'stranded dialogs', everyMilliseconds: 2_000, run: () => turns.resumeStranded(100) },
      {
        name: 'confirmations',
        everyMilliseconds: 2_000,
        run: async () => {
          const expired = await expireDue(ground)
          await deliver.now(await closeCards(ground, expired, 'Too late: this request has run out.'))
          for (const signal of await turns.settledSignals(100)) await turns.wake(signal)
        },
      },
      {
        name: 'read-outs',
        everyMilliseconds: 2_000,
        run: async () => {
          await deliver.now(await expireReadOuts(ground))
          for (const signal of await endedReadOuts(kysely)) await turns.wake(signal)
        },
      },
      {
        name: 'threads',
        everyMilliseconds: 2_000,
        run: async () => deliver.now([...(await escalation.settle(100)), ...(await escalation.remind(20))]),
      },
      {
        name: 'lockdown',
        everyMilliseconds: 2_000,
        run: async () => void conduct.bringOut(await expireProposals(ground, 20)),
      },
      {
        name: 'access requests',
        everyMilliseconds: 1_000,
        run: async () => void conduct.bringOut(await workOffRequests(access, 100)),
      },
      {
        name: 'access grants',
        everyMilliseconds: 500,
        run: async () =>
          void conduct.bringOut(await workOffGrants(access, { limit: 100, atOnce: policy.access.atOnce })),
      },
      {
        name: 'contracts',
        everyMilliseconds: 1_000,
        run: async () => void conduct.bringOut(await workOffContracts(access, { limit: 20, atOnce: 4 })),
      },
      {
        name: 'what follows by sync',
        everyMilliseconds: 5_000,
        run: async () => void conduct.bringOut(await follow(100)),
      },
      { name: 'lockouts', everyMilliseconds: 10_000, run: async () => void conduct.bringOut(await lockouts()) },
      { name: 'catalogue', everyMilliseconds: 900_000, atOnce: true, run: () => entries.refresh() },
      { name: 'enrolments', everyMilliseconds: 60_000, run: () => expireEnrolments(ground) },
      {
        name: 'old rows',
        everyMilliseconds: forgetEvery,
        run: () => forgetOldRows(kysely, clock(), settings.retention),
      },
      {
        name: 'old workflows',
        everyMilliseconds: forgetEvery,
        run: () => forgetOldWorkflows(kysely, engine, settings.retention),
      },
      {
        name: 'managers',
        everyMilliseconds: 60_000,
        atOnce: true,
        run: watchManagers(kysely, directory, settings.graph.tenantId, clock),
      },
      { name: 'audit head', everyMilliseconds: 3_600_000, run: async () => log.info(await head(kysely), 'audit head') },
    ],
    log,
  )
  await slack?.start()
  log.info({ port: settings.port, policy: policy.version }, 'HelpBot is ready')

  // A library that loses its connection in the background must not take everybody's conversations with it.
  process.on('unhandledRejection', (reason) =>
    log.error({ error: reason instanceof Error ? reason.stack : String(reason) }, 'something failed in the background'),
  )

  async function end(why: string, exitCode = 0): Promise<void> {
    if (ending) return
    ending = true
    log.info({ why }, 'draining')
    // What cannot be brought to its end because a store is gone must not keep the process alive: it goes on at the next start.
    setTimeout(() => {
      log.error('draining took too long')
      process.exit(1)
    }, longestDrain).unref()
    // The server first: what it still lets in from Slack must be over as well.
    await server.drain()
    await slack?.stop()
    await jobs.stop()
    await turns.drained()
    await engine.stop()
    await life.stop()
    await alive.leave()
    await agents.drain()
    await relay.close()
    await ephemeral.close()
    await database.close()
    await postgres?.stop()
    log.info('stopped')
    process.exit(exitCode)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  runBot(process.env).catch((error: unknown) => {
    console.error(startFault(error))
    process.exit(1)
  })
}
