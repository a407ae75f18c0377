import { anything } from '../ldap/filters.ts'
import type { CommandGround, CommandHandler } from './command.ts'

/** Looks whether the directory answers the service account, and how fast, in milliseconds. */
export const probe =
  ({ domain, clock }: CommandGround): CommandHandler<'probe'> =>
  () =>
    domain.reading(async (controller) => {
      const begun = clock().getTime()
      await controller.search({
        base: controller.domainDn,
        scope: 'base',
        filter: anything,
        attributes: ['objectGUID'],
        binary: ['objectGUID'],
      })
      return { controller: controller.name, latency: Math.max(0, clock().getTime() - begun) }
    })
