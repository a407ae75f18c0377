import { accountState } from '../ldap/account.ts'
import type { CommandGround, CommandHandler } from './command.ts'

/** An account's door. */
export const account =
  ({ domain, policy, clock }: CommandGround): CommandHandler<'account'> =>
  ({ guid }) =>
    domain.readingWhatIsWritten((controller) => accountState(controller, guid, clock(), (dn) => policy.mayRead(dn)))
