import { z } from 'zod'
import { isKeepable } from '../text/keepable.ts'

/**
 * What Slack knows of a user. Everything Slack may leave out is undefined then, and absent means no: whoever decides on
 * `isEmailConfirmed` must find `true`, and on `isRestricted` must find `false`.
 */
export interface SlackProfile {
  readonly id: string
  readonly teamId: string | undefined
  readonly email: string | undefined
  readonly isEmailConfirmed: boolean | undefined
  readonly isBot: boolean | undefined
  /** A guest of several channels. */
  readonly isRestricted: boolean | undefined
  /** A guest of one channel. */
  readonly isUltraRestricted: boolean | undefined
  /** Somebody of another workspace, met in a shared channel. */
  readonly isStranger: boolean | undefined
  /** Invited, and has never signed in. */
  readonly isInvitedUser: boolean | undefined
  readonly deleted: boolean | undefined
  readonly enterpriseId: string | undefined
  readonly enterpriseUserId: string | undefined
  readonly realName: string | undefined
}

const id = z.string().min(1).max(50).refine(isKeepable)
const yesOrNo = z.boolean().optional()

const userSchema = z.object({
  id,
  team_id: id.optional(),
  deleted: yesOrNo,
  is_bot: yesOrNo,
  is_restricted: yesOrNo,
  is_ultra_restricted: yesOrNo,
  is_stranger: yesOrNo,
  is_invited_user: yesOrNo,
  is_email_confirmed: yesOrNo,
  real_name: z.string().max(500).optional(),
  enterprise_user: z.object({ id: id.optional(), enterprise_id: id.optional() }).optional(),
  profile: z.object({ email: z.string().max(320).optional(), real_name: z.string().max(500).optional() }).optional(),
})

/** Reads the `user` of `users.info`; undefined when it is not one. Source: Slack "User object". */
export function readSlackProfile(user: unknown): SlackProfile | undefined {
  const parsed = userSchema.safeParse(user)
  if (!parsed.success) return undefined
  const { data } = parsed
  return {
    id: data.id,
    teamId: data.team_id,
    email: data.profile?.email,
    isEmailConfirmed: data.is_email_confirmed,
    isBot: data.is_bot,
    isRestricted: data.is_restricted,
    isUltraRestricted: data.is_ultra_restricted,
    isStranger: data.is_stranger,
    isInvitedUser: data.is_invited_user,
    deleted: data.deleted,
    enterpriseId: data.enterprise_user?.enterprise_id,
    enterpriseUserId: data.enterprise_user?.id,
    realName: data.profile?.real_name ?? data.real_name,
  }
}
