import { permissions } from '../directory/permissions.ts'

const conditions = {
  notices: ' (only with NOTICE_MAILBOX)',
  teams: ' (only with TEAMS_CATALOG_APP_ID)',
  'access-pass': ' (optional: only where policy delivers Temporary Access Passes)',
} as const

/** The table of permissions in infra/README.md, which a test holds to `bot/directory/permissions.ts`. */
export function permissionTable(): string {
  const rows = permissions.map(
    ({ name, onlyFor, operations, without }) =>
      `| \`${name}\`${onlyFor === undefined ? '' : conditions[onlyFor]} | ${operations.join('; ')} | ${without} |`,
  )
  return ['| Application permission | to | without it |', '| --- | --- | --- |', ...rows].join('\n')
}
