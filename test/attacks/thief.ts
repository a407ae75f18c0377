import { createPrivateKey } from 'node:crypto'
import { signingKeyFromPem } from '../../agent/link/signing.ts'
import type { Alarm, CommandFrame, ResultFrame } from '../../agent/protocol/frames.ts'
import { parseKeyRing } from '../../bot/identity/key-ring.ts'
import { makeCertificates } from '../../infra/practice/tls.ts'
import { startTlsFront } from '../../infra/practice/tls-front.ts'
import { type ScriptedBot, scriptedBot, type Visit } from '../agent/link/scripted-bot.ts'
import { type LinkReplica, type Stand, startStand } from '../bot/agent-link/stand.ts'

/** A company's bot, until it is robbed: then whoever has its key stands in its place, behind the same certificate. */
export interface RobbedBot {
  /** wss://, where the agent dials all the time. */
  readonly url: string
  /** PEM. */
  readonly ca: string
  readonly honest: LinkReplica
  readonly stand: Stand
  /** Takes the key out of the database, as whoever holds HELPBOT_KEYS can, and takes over. */
  steal(): Promise<ScriptedBot>
  close(): Promise<void>
}

export async function robbedBot(): Promise<RobbedBot> {
  const [certificates, stand] = await Promise.all([makeCertificates(), startStand()])
  const honest = await stand.replica()
  let { port } = honest
  let thief: ScriptedBot | undefined
  const front = await startTlsFront({ tls: certificates.server, to: () => port })
  const { database } = stand.postgres

  return {
    url: `wss://localhost:${front.port}/agent`,
    ca: certificates.ca,
    honest,
    stand,
    async steal() {
      const agent = await database.selectFrom('agents').select(['id', 'public_key']).executeTakeFirstOrThrow()
      const row = await database
        .selectFrom('agent_link_keys')
        .select(['public_key', 'sealed_key'])
        .where('state', '=', 'current')
        .executeTakeFirstOrThrow()
      const owner = { purpose: 'agent link key', of: row.public_key } as const
      const pkcs8 = parseKeyRing(stand.keys).open(row.sealed_key, owner)
      const pem = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({
        type: 'pkcs8',
        format: 'pem',
      })
      thief = await scriptedBot()
      thief.behaviour = { key: signingKeyFromPem(pem.toString()) }
      thief.known = { id: agent.id, publicKey: agent.public_key }
      port = Number(new URL(thief.url).port)
      await honest.close()
      front.cut()
      return thief
    },
    async close() {
      await front.close()
      await thief?.close()
      await stand.close()
    },
  }
}

/** What an agent made of an order. */
export interface Answer {
  /** `ok`, or the code of the error. */
  readonly code: string
  readonly detail: string
  readonly result: ResultFrame
  /** Of the alarm that IT gets for it. */
  readonly alarm: Alarm['kind'] | undefined
}

/** What the agent made of an order that it was given; an alarm about it travels before the answer. */
export async function answerTo(visit: Visit, { id }: CommandFrame): Promise<Answer> {
  const result = await visit.resultOf(id)
  const alarm = visit.heard.find((frame) => frame.type === 'alarm' && frame.commandId === id)
  const { outcome } = result
  const [code, detail] = outcome.ok ? ['ok', JSON.stringify(outcome.value)] : [outcome.error.code, outcome.error.detail]
  return { code, detail, result, alarm: alarm?.type === 'alarm' ? alarm.kind : undefined }
}
