import { z } from 'zod'

const team = z.string().nullish()
const yes = z.union([z.boolean(), z.string()]).nullish()

/** Everything in any payload that says whose workspace it is from. */
const origin = z.object({
  team_id: team,
  team: z.object({ id: team }).nullish(),
  is_enterprise_install: yes,
  authorizations: z
    .array(
      z.object({
        team_id: team,
        user_id: z.string().nullish(),
        is_bot: z.boolean().nullish(),
        is_enterprise_install: yes,
      }),
    )
    .max(10)
    .nullish(),
  user: z.object({ team_id: team }).nullish().catch(undefined),
  view: z.object({ app_installed_team_id: team }).nullish(),
  event: z.object({ user_team: team, source_team: team }).nullish(),
})

/**
 * Whether something comes from the one workspace that is served: it must say so, and nothing in it may name another one.
 * In shared channels the sender's workspace is named beside the channel's. An app installed for a whole organisation is
 * refused, for then one token would serve workspaces nobody chose.
 */
export function isOfTeam(body: unknown, teamId: string): boolean {
  const parsed = origin.safeParse(body)
  if (!parsed.success) return false
  const { data } = parsed
  const named = [
    data.team_id,
    data.team?.id,
    data.user?.team_id,
    data.view?.app_installed_team_id,
    data.event?.user_team,
    data.event?.source_team,
  ].filter((one) => typeof one === 'string')
  const installs = [data, ...(data.authorizations ?? [])].map((one) => one.is_enterprise_install)
  if (installs.some((one) => one === true || one === 'true')) return false
  if (data.authorizations && !data.authorizations.some((one) => one.team_id === teamId)) return false
  return named.length > 0 && named.every((one) => one === teamId)
}

/** The bot's own user in the workspace, where the payload names it. */
export function botUserIn(body: unknown, teamId: string): string | undefined {
  const parsed = origin.safeParse(body)
  const ours = parsed.data?.authorizations?.find((one) => one.team_id === teamId && one.is_bot === true)
  return ours?.user_id ?? undefined
}
