import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const step = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  run: z.string().optional(),
})
const job = z.strictObject({
  'runs-on': z.string(),
  'timeout-minutes': z.int().min(1).max(120),
  steps: z.array(step).min(1),
})
const workflow = z.strictObject({
  name: z.string(),
  on: z.object({ push: z.null(), pull_request: z.null(), schedule: z.array(z.object({ cron: z.string() })).min(1) }),
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.record(z.string(), job),
})
const { jobs } = workflow.parse(parse(read('.github/workflows/ci.yml')))
const steps = Object.values(jobs).flatMap((one) => one.steps)

describe('the workflow of GitHub', () => {
  it('tests as everybody tests', () => {
    assert.ok(jobs.test?.steps.some(({ run }) => run?.endsWith('bash .ci/run')))
  })

  it('fails on a known hole of what is shipped, new ones included', () => {
    const run = jobs.audit?.steps.flatMap((one) => one.run ?? []) ?? []
    assert.ok(run.includes('npm audit --omit=dev --audit-level=high'))
  })

  it('may read the code and nothing else, and leaves no credentials behind', () => {
    for (const { uses, with: given } of steps)
      if (uses?.startsWith('actions/checkout@')) assert.equal(given?.['persist-credentials'], false)
    // Nothing that somebody outside may choose is put into a command.
    for (const { run } of steps) assert.doesNotMatch(run ?? '', /\$\{\{/)
    for (const { uses } of steps) assert.match(uses ?? 'actions/checkout@v4', /^actions\/(checkout|setup-node)@v\d+$/)
  })

  it('goes by the Node that the image and the package name', () => {
    const versions = steps.flatMap(({ with: given }) => given?.['node-version'] ?? [])
    assert.deepEqual(new Set(versions), new Set([24]))
  })
})

describe('the lockfile', () => {
  const lock = z
    .object({
      packages: z.record(z.string(), z.object({ version: z.string().optional(), integrity: z.string().optional() })),
    })
    .parse(JSON.parse(read('package-lock.json')))
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '')

  it('holds what every package must be, and no address of any registry', () => {
    assert.ok(packages.length > 300)
    for (const [path, { integrity }] of packages) assert.match(integrity ?? '', /^sha512-/, path)
    assert.doesNotMatch(read('package-lock.json'), /"resolved"|https?:\/\/[^"]*registry/)
  })

  it('has no uuid that writes past the end of what it is given, whoever asks for it', () => {
    const versions = packages
      .filter(([path]) => /(^|\/)node_modules\/uuid$/.test(path))
      .map(([, { version }]) => version)
    assert.ok(versions.length > 0)
    for (const version of versions) assert.ok(Number(version?.split('.')[0]) >= 11, version)
  })
})
