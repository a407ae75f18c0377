import type { SlackProfile } from '../channels/slack-profile.ts'

export type { SlackProfile }

export type ProfileRefusal = 'unverifiable' | 'other-workspace' | 'bot' | 'guest' | 'deactivated' | 'no-confirmed-email'

/**
 * Whether an account is a full member of our workspace whose e-mail Slack has confirmed. Pure. What Slack always says of a
 * member (guest flags, bot, deactivated) must be there and be no; what it says only of strangers must not be there.
 */
export function checkProfile(
  profile: SlackProfile | undefined,
  teamId: string,
): { readonly ok: true; readonly email: string } | { readonly ok: false; readonly code: ProfileRefusal } {
  if (!profile) return { ok: false, code: 'unverifiable' }
  if (profile.isStranger === true || profile.teamId !== teamId) return { ok: false, code: 'other-workspace' }
  if (profile.isBot !== false) return { ok: false, code: profile.isBot ? 'bot' : 'unverifiable' }
  if (profile.deleted !== false) return { ok: false, code: profile.deleted ? 'deactivated' : 'unverifiable' }
  const guest = [profile.isRestricted, profile.isUltraRestricted]
  if (guest.includes(true)) return { ok: false, code: 'guest' }
  if (guest.includes(undefined)) return { ok: false, code: 'unverifiable' }
  const email = profile.email?.trim().toLowerCase()
  const confirmed = profile.isEmailConfirmed === true && profile.isInvitedUser !== true
  if (!confirmed || !email) return { ok: false, code: 'no-confirmed-email' }
  return { ok: true, email }
}
