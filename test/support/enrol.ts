import assert from 'node:assert/strict'
import type { TestCompany } from './company.ts'
import { type Phone, phoneFrom } from './phone.ts'
import type { Talker } from './talker.ts'

/** Sets up an authenticator from chat alone; it cools off for three days. */
export async function enrol(company: TestCompany, talker: Talker): Promise<Phone> {
  await talker.say('I need to set up my authenticator app')
  await talker.sees('Set up your authenticator app')
  const phone = phoneFrom(await talker.open('Show the key'), company.now)
  assert.equal(await talker.submit({ code: phone.code() }), undefined, 'the right code closes the window')
  await talker.sees('Your authenticator is set up')
  return phone
}

/** The number a waiting employee sees. */
export function numberIn(text: string): string {
  const number = text.split('\n').find((line) => /^\d\d$/.test(line))
  assert.ok(number, `no number in: ${text}`)
  return number
}

/** Sets up an authenticator that the manager confirms, so that it counts at once. */
export async function enrolWithManager(company: TestCompany, talker: Talker, manager: Talker): Promise<Phone> {
  const phone = await enrol(company, talker)
  await talker.press('Ask my manager')
  const { text } = await talker.sees('Ask your manager to confirm')
  await manager.hasSeen(`Is this really ${talker.name}?`)
  await manager.press(numberIn(text))
  await talker.sees('counts from now on')
  return phone
}
