import { AgentError } from '../agent-error.ts'
import { readPassword } from '../config.ts'
import { identityFile } from '../keys.ts'
import type { BindAccount, Address as ControllerAddress } from '../ldap/bound-client.ts'
import type { Address as BotAddress } from '../link/dial.ts'
import type { GreetingGround } from '../link/greeting.ts'
import type { AgentPolicySettings } from '../policy/schema.ts'
import { checkBot } from './check-bot.ts'
import { checkClock, checkController, checkEmulator } from './check-controller.ts'
import { checkExcess } from './check-excess.ts'
import { checkEnrolment, checkFiles } from './check-files.ts'
import { checkNeverTouch } from './check-never-touch.ts'
import { checkBases, checkHead, checkOwnPassword, checkReading } from './check-reading.ts'
import { checkRights, lookAtBases } from './check-rights.ts'
import { type Finding, missing, ok } from './finding.ts'
import { type Look, openLook } from './look.ts'

/** What is examined: the settings of an agent, files read where they are certificates. */
export interface Patient {
  readonly bot: BotAddress
  readonly dataFolder: string
  /** Controllers, the preferred one first. */
  readonly controllers: readonly ControllerAddress[]
  readonly bind: { readonly name: string; readonly passwordFile: string }
  readonly policy: Pick<AgentPolicySettings, 'read' | 'write' | 'operations' | 'neverTouch'>
}

export interface ExaminationGround extends GreetingGround {
  readonly clock: () => Date
  readonly platform: NodeJS.Platform
}

/**
 * Looks at everything that the agent needs, and at what it could do beyond that. Reads only: nothing is changed in the directory, and
 * nothing is said to the bot. Where something is missing it goes on as far as it can. Binds with one password once, so that a wrong
 * one locks nobody out.
 */
export async function examine(patient: Patient, ground: ExaminationGround): Promise<readonly Finding[]> {
  const { dataFolder, bind, bot, controllers } = patient
  const identity = identityFile(dataFolder)
  const known = await identity.read().catch(() => undefined)
  const atHand = await Promise.all(controllers.map((controller) => checkController(controller, ground.clock)))
  const first = controllers.find((_, index) => atHand[index]?.status !== 'missing')
  return [
    ...(await checkFiles({ dataFolder, passwordFile: bind.passwordFile }, ground.platform)),
    await checkEnrolment(identity),
    await checkBot(bot, known, ground),
    ...standby(atHand),
    ...(first === undefined ? [] : await checkDirectory(patient, first, ground)),
  ]
}

/** Where one controller answers, another one that does not is no illness. */
function standby(controllers: readonly Finding[]): readonly Finding[] {
  if (controllers.every(({ status }) => status === 'missing')) return controllers
  return controllers.map((found) => (found.status === 'missing' ? { ...found, status: 'warning' } : found))
}

async function checkDirectory(
  { bind, policy }: Patient,
  address: ControllerAddress,
  { clock }: ExaminationGround,
): Promise<readonly Finding[]> {
  const account: BindAccount = { name: bind.name, password: async () => readPassword(bind.passwordFile) }
  let look: Look
  try {
    look = await openLook(address, account, clock)
  } catch (error) {
    return [
      missing('bind', wordsOf(error), `see that directory.bind.name and the password in its file belong together`),
    ]
  }
  const findings: Finding[] = [ok('bind', `${look.accountName} is let in at ${look.controller.name}`)]
  try {
    for await (const some of parts(look, address, policy, clock)) findings.push(...some)
  } catch (error) {
    findings.push(missing('directory', `the examination broke off: ${wordsOf(error)}`))
  } finally {
    look.close()
  }
  return findings
}

async function* parts(
  look: Look,
  { url: _, servername: __, ...trusted }: ControllerAddress,
  policy: Patient['policy'],
  clock: () => Date,
): AsyncGenerator<readonly Finding[]> {
  yield [checkClock(look, clock)]
  yield await checkOwnPassword(look, clock)
  yield [await checkEmulator(look, trusted, clock)]
  const bases = await checkBases(look.controller, policy)
  yield bases
  if (bases.some(({ status }) => status === 'missing')) return
  const lookedAt = await lookAtBases(look, policy.write)
  yield await checkReading(
    look,
    lookedAt.map(({ users }) => users),
  )
  yield [await checkHead(look)]
  yield await checkNeverTouch(look.controller, policy.neverTouch)
  yield checkRights(lookedAt, policy, look.accountName)
  yield await checkExcess(look, lookedAt, policy)
}

const wordsOf = (error: unknown) =>
  error instanceof AgentError ? error.detail : error instanceof Error ? error.message.slice(0, 300) : 'unknown'
