import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runPython } from './programs.ts'
import { units } from './recipe.ts'
import { runConfig } from './run-config.ts'

const longest = 30 * 60_000

/**
 * Adds `count` users to People in the database of a controller that is not running. @param folder of the controller
 * @throws Error with what Samba said
 */
export async function bulkUsers(folder: string, count: number): Promise<void> {
  const config = join(folder, 'run.conf')
  // The one that was copied names the folder that it was copied from.
  await writeFile(config, runConfig(folder, '127.0.0.1'))
  const database = join(folder, 'private', 'sam.ldb')
  await runPython('bulk-users.py', [config, database, units.people, String(count)], { timeout: longest })
}
