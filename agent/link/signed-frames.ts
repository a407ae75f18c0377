import { type FromAgent, type FromBot, fromBot, longestFrame, type Signed, signed } from '../protocol/frames.ts'
import { framed, type Session } from '../protocol/transcripts.ts'
import { ProtocolFault } from './faults.ts'
import { parseJson } from './parse-json.ts'
import { type SigningKey, verifierOf } from './signing.ts'

/** Both directions of one session: frames counted, signed and verified. */
export interface SignedFrames {
  /** The text that travels. @throws FrameTooLong, and no number is used up */
  wrap(frame: FromAgent): string
  /** What the bot said. @throws ProtocolFault: nothing that follows may be believed */
  unwrap(text: string): FromBot
}

/** What should be said does not fit into a frame. */
export class FrameTooLong extends Error {}

export function signedFrames(session: Session, key: SigningKey): SignedFrames {
  const isFromBot = verifierOf(session.botKey)
  let sent = 0
  let received = 0
  return {
    wrap(frame) {
      const payload = JSON.stringify(frame)
      const number = sent + 1
      const outer: Signed = {
        type: 'signed',
        number,
        payload,
        signature: key.sign(framed(session, 'agent', number, payload)),
      }
      const text = JSON.stringify(outer)
      if (Buffer.byteLength(text) > longestFrame) throw new FrameTooLong('longer than a frame may be')
      sent = number
      return text
    },
    unwrap(text) {
      const outer = signed.safeParse(parseJson(text))
      if (!outer.success) throw new ProtocolFault('a frame was not signed')
      const { number, payload, signature } = outer.data
      if (number !== received + 1) throw new ProtocolFault(`frame ${number} came where ${received + 1} belongs`)
      if (!isFromBot(framed(session, 'bot', number, payload), signature))
        throw new ProtocolFault(`frame ${number} was not signed by the bot in this session`)
      const frame = fromBot.safeParse(parseJson(payload))
      if (!frame.success) throw new ProtocolFault(`frame ${number} says nothing that is known`)
      received = number
      return frame.data
    },
  }
}
