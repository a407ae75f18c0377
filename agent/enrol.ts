import { randomBytes } from 'node:crypto'
import { botAddress } from './bot-address.ts'
import type { AgentSettings } from './config.ts'
import { identityFile } from './keys.ts'
import { dial } from './link/dial.ts'
import { readEnrolmentCode } from './link/enrolment-code.ts'
import { LineEnded, ProtocolFault, TurnedAwayFault } from './link/faults.ts'
import { enrol, type Greeted } from './link/greeting.ts'
import { makeSigningKey } from './link/signing.ts'
import { agentName } from './protocol/frames.ts'
import { soleUser } from './sole-user.ts'

/** Milliseconds for everything that is said. */
const longestGreeting = 15_000

export interface Enrolment {
  readonly code: string
  /** What IT will see. */
  readonly name: string
  /** Also where this agent obeys a bot already. */
  readonly again: boolean
}

/**
 * Makes this agent known to the bot that made the code, and pins that bot. The code never leaves this machine.
 * @param out is told what happened, line by line
 * @returns whether the agent is enrolled now
 * @throws FolderInUse
 */
export async function enrolAgent(
  settings: AgentSettings,
  environment: NodeJS.ProcessEnv,
  { code: typed, name, again }: Enrolment,
  out: (line: string) => void,
): Promise<boolean> {
  const refuse = (why: string) => {
    out(`Not enrolled: ${why}`)
    return false
  }
  const code = readEnrolmentCode(typed)
  if (!code) return refuse('this is no enrolment code: copy it whole, with its two dashes')
  if (!agentName.safeParse(name).success)
    return refuse('--name must be 1 to 64 letters, digits, spaces, dots, underscores, dashes or parentheses')
  const letGo = await soleUser(settings.dataFolder)
  try {
    const identity = identityFile(settings.dataFolder)
    if (!again && (await isTaken(identity.read)))
      return refuse(`this agent is enrolled already (${identity.path}). To give it to the bot of the code, add --again`)
    const key = makeSigningKey()
    const { agentId, session } = await greetOnce(settings, environment, (line) =>
      enrol(line, code, name, key, { randomBytes, monotonic: () => performance.now() }),
    )
    const { botKey } = session
    await identity.write({ agentId, name, botKey, key, nextKey: undefined })
    out(`Enrolled as “${name}”, agent ${agentId}.`)
    out(`From now on only the bot with this key is obeyed: ${botKey}`)
    return true
  } catch (error) {
    return refuse(wordsFor(error))
  } finally {
    letGo()
  }
}

/** A damaged identity is one, too: whoever wants to replace it says so. */
async function isTaken(read: () => Promise<unknown>): Promise<boolean> {
  return read().then(
    (identity) => identity !== undefined,
    () => true,
  )
}

async function greetOnce(
  settings: AgentSettings,
  environment: NodeJS.ProcessEnv,
  greet: (line: Awaited<ReturnType<typeof dial>>) => Promise<Greeted>,
): Promise<Greeted> {
  const wire = await dial(botAddress(settings, environment), () => performance.now())
  const timer = setTimeout(() => wire.end(new LineEnded('the bot did not greet in time')), longestGreeting)
  try {
    return await greet(wire)
  } finally {
    clearTimeout(timer)
    await wire.close()
  }
}

function wordsFor(error: unknown): string {
  if (error instanceof TurnedAwayFault && error.reason === 'bad-code')
    return 'the bot does not accept this code: it is good once, for 15 minutes. Ask for a new one'
  if (error instanceof TurnedAwayFault) return error.message
  if (error instanceof ProtocolFault) return error.message
  if (error instanceof LineEnded) return `the bot cannot be reached: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}
