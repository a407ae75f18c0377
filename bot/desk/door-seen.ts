import type { DoorSeen } from '../desk.ts'
import type { AccountDoor } from '../directory/directory.ts'

/** A door as a dialog can remember it: nothing in it but words and numbers. */
export function doorSeen(door: AccountDoor | 'unreachable'): DoorSeen {
  if (door === 'unreachable') return { at: 'unreachable' }
  if (door.at === 'entra') return { at: 'entra' }
  const { locked, enabled, accountExpired, passwordExpired, mustChangePassword, badPasswordCount } = door
  return {
    at: 'active-directory',
    ...{ locked, enabled, accountExpired, passwordExpired, mustChangePassword, badPasswordCount },
    lastBadPasswordAt: door.lastBadPasswordAt?.toISOString() ?? null,
  }
}
