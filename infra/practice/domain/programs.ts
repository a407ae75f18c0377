import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Debian keeps samba in /usr/sbin, which is not on everybody's path. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin` }
}

/**
 * Runs one of Samba's programs to its end and gives what it printed.
 * @throws Error with what it said, or with what to install
 */
export async function runTool(
  program: string,
  parameters: readonly string[],
  options: { readonly timeout?: number } = {},
): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, parameters, {
      env: toolEnvironment(),
      timeout: options.timeout ?? 120_000,
      maxBuffer: 16 * 1024 * 1024,
    })
    return stdout + stderr
  } catch (error) {
    if (isMissing(error)) throw new Error(howToInstall)
    throw error
  }
}

const howToInstall =
  'A practice domain needs Samba. On Debian or Ubuntu: ' +
  'sudo apt-get install samba samba-ad-provision samba-ad-dc winbind python3-samba'

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
