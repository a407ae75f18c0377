import type { Logger } from 'pino'
import type { IdentityFile } from '../keys.ts'
import type { CommandFrame, FromAgent, FromBot, Health } from '../protocol/frames.ts'
import { keyChange } from '../protocol/transcripts.ts'
import { type BotTime, botTime } from './bot-time.ts'
import type { Wire } from './dial.ts'
import { LineEnded, ProtocolFault } from './faults.ts'
import type { Greeted } from './greeting.ts'
import type { Outbox } from './outbox.ts'
import { FrameTooLong, type SignedFrames, signedFrames } from './signed-frames.ts'
import type { SigningKey } from './signing.ts'

/** Milliseconds between signs of life, and how long none is waited for. */
export interface Pace {
  readonly pingEvery: number
  readonly longestSilence: number
  readonly healthEvery: number
}

export interface ConnectionGround {
  readonly identity: IdentityFile
  readonly outbox: Outbox
  readonly clock: () => Date
  readonly monotonic: () => number
  readonly log: Logger
  readonly pace: Pace
  /** @param cameOver the number of this connection, see Outbox */
  receive(frame: CommandFrame, cameOver: number, time: BotTime): void
  /** How things stand, without waiting for anybody. */
  health(): Health
  /** Hears when that has changed. @returns ends it */
  onHealth(hear: () => void): () => void
}

/**
 * The life of one connection after its greeting. Comes to an end only by throwing what ended it.
 * @throws LineEnded, ProtocolFault
 */
export async function holdConnection(wire: Wire, greeted: Greeted, ground: ConnectionGround): Promise<never> {
  const { outbox, pace } = ground
  const frames = signedFrames(greeted.session, greeted.key)
  const time = botTime(greeted.time, ground.clock, ground.monotonic, greeted.asked)
  const say = (frame: FromAgent) => wire.send(wrapWhatFits(frames, frame))
  const keys = keyChanges(say, greeted.key, ground)
  const sayHealth = () => say(ground.health())
  let pings = 0
  function ping(): void {
    pings += 1
    outbox.asked(pings)
    wire.ping(pings)
  }
  // Several answers that go out together are asked about together.
  let pingSoon: NodeJS.Immediate | undefined
  function askSoon(): void {
    pingSoon ??= setImmediate(() => {
      pingSoon = undefined
      ping()
    })
  }
  function look(): void {
    if (ground.monotonic() - wire.lastHeard() > pace.longestSilence) wire.end(new LineEnded('the bot fell silent'))
    else if (time.jumped()) wire.end(new LineEnded('our clock was set: the time of the bot must be asked again'))
    else ping()
  }
  async function act(frame: FromBot): Promise<void> {
    if (frame.type === 'command') ground.receive(frame, outbox.connection, time)
    else if (frame.type === 'rotate') await keys.change()
    else await keys.pinned(frame.agentKey)
  }

  wire.onPong((count) => outbox.confirmed(count))
  sayHealth()
  const stopHealth = ground.onHealth(sayHealth)
  outbox.attach((frame) => {
    say(frame)
    askSoon()
  })
  const timers = [setInterval(sayHealth, pace.healthEvery), setInterval(look, pace.pingEvery)]
  try {
    for (;;) await act(frames.unwrap(await wire.next()))
  } finally {
    for (const timer of timers) clearInterval(timer)
    clearImmediate(pingSoon)
    stopHealth()
    outbox.detach()
  }
}

/** Our own key and the one that follows it. Until the bot has pinned the new one, the old one is used. */
function keyChanges(
  say: (frame: FromAgent) => void,
  sessionKey: SigningKey,
  { identity, log }: Pick<ConnectionGround, 'identity' | 'log'>,
) {
  return {
    async change(): Promise<void> {
      const known = await identity.nextKey()
      // The bot takes the change from the key that this session stands on, and from no other.
      if (known.key.publicKey !== sessionKey.publicKey) throw new LineEnded('to come again with the new key')
      const change = keyChange('agent', sessionKey.publicKey, known.nextKey.publicKey)
      const agentKey = known.nextKey.publicKey
      say({ type: 'rotated', agentKey, byOld: sessionKey.sign(change), byNew: known.nextKey.sign(change) })
      log.info('link: a new key was made and offered to the bot')
    },
    async pinned(agentKey: string): Promise<void> {
      const known = await identity.read()
      if (known?.key.publicKey === agentKey) return
      if (known?.nextKey?.publicKey !== agentKey) throw new ProtocolFault('the bot pinned a key that is not ours')
      await identity.promoteNextKey()
      log.info('link: the bot has pinned the new key, the old one is forgotten')
    },
  }
}

function wrapWhatFits(frames: SignedFrames, frame: FromAgent): string {
  try {
    return frames.wrap(frame)
  } catch (error) {
    if (!(error instanceof FrameTooLong) || frame.type !== 'result') throw error
    const detail = 'the answer is longer than a frame may be: ask for a smaller page'
    return frames.wrap({ ...frame, outcome: { ok: false, error: { code: 'internal', detail, maybeDone: false } } })
  }
}
