import type { Ground, Sitting } from './ground.ts'

/** So many wrong codes or answers in a row are no slip of the finger any more. */
const many = 3

/**
 * Tells IT, once a dialog, of somebody who keeps failing to prove who they are: a person who needs help, or a thief.
 * Whether IT can be told changes nothing about the verification.
 */
export async function tellItOfFailures(ground: Ground, { person, dialogId, correlationId }: Sitting): Promise<void> {
  try {
    const rows = await ground.database
      .selectFrom('throttles')
      .select('failures_in_row')
      .where('tenant_id', '=', person.tenant)
      .where('user_id', '=', person.id)
      .where('method', 'in', ['totp', 'questions'])
      .execute()
    const failures = rows.reduce((sum, row) => sum + row.failures_in_row, 0)
    if (failures < many) return
    const { posts } = await ground.escalation.open({
      id: `${dialogId}:verification`,
      person,
      reason: 'verification-failed',
      title: 'Somebody fails to prove who they are',
      urgency: 'normal',
      facts: [],
      dialogId,
      correlationId,
    })
    await ground.bringOut(posts)
  } catch (error) {
    ground.log.error({ correlationId, error: String(error) }, 'IT was not told of failed verifications')
  }
}

/** Tells IT of a helper who was locked out after wrong codes typed for others: careless, or somebody else at their chat. */
export async function tellItOfGuessing(ground: Ground, { person, dialogId, correlationId }: Sitting): Promise<void> {
  try {
    const { posts } = await ground.escalation.open({
      id: `${dialogId}:guessing`,
      person,
      reason: 'verification-failed',
      title: 'Many wrong codes were typed for others',
      urgency: 'high',
      facts: [{ title: 'Tried', value: 'codes that others were said to read out; the way is closed for a while' }],
      correlationId,
    })
    await ground.bringOut(posts)
  } catch (error) {
    ground.log.error({ correlationId, error: String(error) }, 'IT was not told of guessed codes')
  }
}
