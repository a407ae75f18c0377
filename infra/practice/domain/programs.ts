import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Debian keeps samba in /usr/sbin, which is not on everybody's path. */
const searchPath = () => `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin`

/**
 * Samba insists on being root. Whoever is not, is so in a user namespace of their own, where nothing else is theirs that was not before;
 * the network stays that of everybody.
 */
function asRoot(program: string, parameters: readonly string[]): [string, string[]] {
  if (process.getuid?.() === 0) return [program, [...parameters]]
  return ['unshare', ['--user', '--map-root-user', program, ...parameters]]
}

/** Starts one of Samba's programs, with pipes to all three of its streams. */
export function startTool(program: string, parameters: readonly string[]): ChildProcessWithoutNullStreams {
  const [command, rest] = asRoot(program, parameters)
  return spawn(command, rest, { env: { ...process.env, PATH: searchPath() } })
}

/**
 * Runs a Python program beside this file. With Debian's own interpreter: the modules of python3-samba are there, whatever other python
 * comes first on the path.
 */
export function runPython(file: string, parameters: readonly string[], options?: { readonly timeout?: number }) {
  return runTool('/usr/bin/python3', [join(import.meta.dirname, file), ...parameters], options)
}

/**
 * Runs one of Samba's programs to its end and gives what it printed.
 * @throws Error with the last of what it said, or with what to install
 */
export async function runTool(
  program: string,
  parameters: readonly string[],
  options: { readonly timeout?: number } = {},
): Promise<string> {
  const [command, rest] = asRoot(program, parameters)
  try {
    const { stdout, stderr } = await run(command, rest, {
      env: { ...process.env, PATH: searchPath() },
      timeout: options.timeout ?? 120_000,
      maxBuffer: 16 * 1024 * 1024,
    })
    return stdout + stderr
  } catch (error) {
    throw new Error(reason(program, error), { cause: error })
  }
}

const howToInstall =
  'A practice domain needs Samba. On Debian or Ubuntu: ' +
  'sudo apt-get install samba samba-ad-provision samba-ad-dc winbind python3-samba'

function reason(program: string, error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const said = 'stderr' in error ? String(error.stderr) : ''
  if (('code' in error && error.code === 'ENOENT') || /failed to execute .*No such file/.test(said)) return howToInstall
  if (/^unshare: /m.test(said))
    return `Samba must be root, or in a user namespace, which this system does not give: ${said.trim()}`
  if (/No module named 'samba/.test(said)) return howToInstall
  return `${program} failed: ${said.slice(-1_500).trim() || error.message}`
}
