import type { Entry } from 'ldapts'
import { AgentError } from '../agent-error.ts'
import { accountState } from '../ldap/account.ts'
import type { Controller } from '../ldap/domain.ts'
import { textOf } from '../ldap/entry.ts'
import { anything } from '../ldap/filters.ts'
import { byGuid } from '../ldap/names.ts'
import { type SealedPassword, sealPassword } from '../seal.ts'
import { temporaryPassword } from '../temporary-password.ts'
import { aboutToWrite, demandInTime } from './about-to-write.ts'
import type { CommandGround, CommandHandler, Ordered } from './command.ts'
import { replaced } from './modifications.ts'
import { readBackOrNull } from './read-back.ts'

/**
 * Sets a temporary password that is made here and leaves only sealed, to be changed at the next sign-in, and unlocks: one modify, for
 * half of it would keep the person out.
 */
export function resetPassword(ground: CommandGround): CommandHandler<'reset-password'> {
  return ({ guid, sealTo, rules }, ordered) =>
    ground.domain.writing(async (controller) => {
      await ground.policy.guard(controller, 'reset-password', { guid, kind: 'user' })
      const { locked } = await accountState(controller, guid, ground.clock())
      const demands = await passwordDemands(controller, guid)
      const making = { ...demands, length: Math.max(rules.length, demands.length), sealTo }
      await aboutToWrite(ground, 'reset-password', ordered)
      const sealed = await setOnceOrTwice(ground, controller, guid, making, ordered)
      const after = await readBackOrNull(() => accountState(controller, guid, ground.clock()))
      return {
        sealed,
        readBack: after && { mustChangePassword: after.mustChangePassword, locked: after.locked },
        wasLocked: locked,
        controller: controller.name,
      }
    })
}

interface Making {
  readonly length: number
  readonly names: readonly string[]
  readonly sealTo: string
}

/** A password filter of the domain may ban what nobody can know: one more try with another. What was refused has changed nothing. */
async function setOnceOrTwice(
  ground: CommandGround,
  controller: Controller,
  guid: string,
  making: Making,
  ordered: Ordered,
): Promise<SealedPassword> {
  try {
    return await set(ground, controller, guid, making, ordered)
  } catch (error) {
    // Windows does not say which rule it was.
    const another = error instanceof AgentError && (error.rule === 'complexity' || error.rule === 'unknown')
    if (!another) throw error
    demandInTime(ground.clock, ordered)
    return set(ground, controller, guid, making, ordered)
  }
}

/** It is sealed before it is set: one that nobody can open must not be set. */
async function set(
  { randomBytes }: CommandGround,
  controller: Controller,
  guid: string,
  { length, names, sealTo }: Making,
  { commandId }: Ordered,
): Promise<SealedPassword> {
  const password = temporaryPassword({ length, names, randomBytes })
  const quoted = unicodePassword(password)
  try {
    const sealed = sealPassword(password, { commandId, recipientKey: sealTo, randomBytes })
    await controller.modify(byGuid(guid), [
      replaced('unicodePwd', quoted),
      replaced('pwdLastSet', '0'),
      replaced('lockoutTime', '0'),
    ])
    return sealed
  } finally {
    password.fill(0)
    quoted.fill(0)
  }
}

/** What unicodePwd takes: in quotation marks, UTF-16LE (MS-ADTS 3.1.1.3.1.5.1). From bytes to bytes, so that it never is text. */
function unicodePassword(password: Buffer): Buffer {
  const quote = 0x22
  return Buffer.from([quote, ...password, quote].flatMap((byte) => [byte, 0]))
}

/** The least length that applies to the account, and the names that must not be in its password. */
async function passwordDemands(
  controller: Controller,
  guid: string,
): Promise<{ readonly length: number; readonly names: readonly string[] }> {
  const account = await readOne(controller, byGuid(guid), 'sAMAccountName', 'displayName', 'msDS-ResultantPSO')
  const finer = account && textOf(account, 'msDS-ResultantPSO')
  const lengths = [
    await lengthAt(controller, controller.domainDn, 'minPwdLength'),
    finer === undefined ? 0 : await lengthAt(controller, finer, 'msDS-MinimumPasswordLength'),
  ]
  const names = ['sAMAccountName', 'displayName'].map((attribute) => account && textOf(account, attribute))
  return { length: Math.max(...lengths), names: names.filter((name) => name !== undefined) }
}

/** 0 where it is not shown: fine-grained policies often are shown to administrators only, and the controller has the last word. */
async function lengthAt(controller: Controller, base: string, attribute: string): Promise<number> {
  const entry = await readOne(controller, base, attribute)
  const length = Number((entry && textOf(entry, attribute)) ?? 0)
  return length >= 0 && length <= 255 ? length : 0
}

async function readOne(
  controller: Controller,
  base: string,
  ...attributes: readonly string[]
): Promise<Entry | undefined> {
  try {
    const [entry] = await controller.search({ base, scope: 'base', filter: anything, attributes })
    return entry
  } catch (error) {
    if (error instanceof AgentError && (error.code === 'not-found' || error.code === 'refused')) return undefined
    throw error
  }
}
