import { changesSince } from '../ldap/changes.ts'
import type { CommandGround, CommandHandler } from './command.ts'

/** What has changed on users since the last look: how a lockout is noticed without a scan. */
export const changes =
  ({ domain, policy }: CommandGround): CommandHandler<'changes'> =>
  ({ cookie, size }) =>
    domain.reading((controller) => changesSince(controller, cookie, size, (dn) => policy.mayRead(dn)))
