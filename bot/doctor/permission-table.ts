import { type Permission, permissions } from '../directory/permissions.ts'

const conditions = {
  notices: ' (only with NOTICE_MAILBOX)',
  teams: ' (only with TEAMS_CATALOG_APP_ID)',
  'access-pass': ' (optional: only where policy delivers Temporary Access Passes)',
  access: ' (only with HELPBOT_CATALOGUE)',
  'on-premises': ' (only with an on-premises agent)',
} as const

/** The table of permissions in infra/README.md, which a test holds to `bot/directory/permissions.ts`. */
export function permissionTable(): string {
  const rows = permissions.map(
    (permission) =>
      `| \`${permission.name}\`${condition(permission)} | ${permission.operations.join('; ')} | ${permission.without} |`,
  )
  return ['| Application permission | to | without it |', '| --- | --- | --- |', ...rows].join('\n')
}

function condition({ onlyFor, optional }: Permission): string {
  const when = onlyFor === undefined ? '' : conditions[onlyFor]
  return optional === true ? when.replace('(', '(optional, ') : when
}
