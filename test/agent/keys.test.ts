import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type IdentityFile, identityFile } from '../../agent/keys.ts'
import { isSignedBy, makeSigningKey } from '../../agent/link/signing.ts'

describe('who an agent is, on disk', () => {
  let folder: string
  let file: IdentityFile
  const key = makeSigningKey()
  const someone = { agentId: randomUUID(), name: 'dc1', botKey: makeSigningKey().publicKey, key, nextKey: undefined }

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'helpbot-keys-')), 'data')
    file = identityFile(folder)
  })
  afterEach(() => rm(join(folder, '..'), { recursive: true }))

  it('is nobody at first, and then for ever the one that was enrolled', async () => {
    assert.equal(await file.read(), undefined)
    await file.write(someone)
    const known = await identityFile(folder).read()
    assert.ok(known)
    assert.deepEqual(
      [known.agentId, known.botKey, known.key.publicKey],
      [someone.agentId, someone.botKey, key.publicKey],
    )
    const text = Buffer.from('text')
    assert.ok(isSignedBy(key.publicKey, text, known.key.sign(text)))
    assert.ok(!isSignedBy(key.publicKey, Buffer.from('other'), known.key.sign(text)))
    assert.ok(!isSignedBy(someone.botKey, text, known.key.sign(text)))
  })

  it('is read by its owner alone, also where an older file was open to others', async () => {
    await file.write(someone)
    assert.equal((await stat(file.path)).mode & 0o777, 0o600)
    assert.equal((await stat(folder)).mode & 0o777, 0o700)
    await writeFile(`${file.path}.new`, '', { mode: 0o666 })
    await file.write(someone)
    assert.equal((await stat(file.path)).mode & 0o777, 0o600)
  })

  it('has one next key at a time, beside the old one until the bot has pinned it', async () => {
    await file.write(someone)
    const { nextKey } = await file.nextKey()
    assert.equal((await file.nextKey()).nextKey.publicKey, nextKey.publicKey)
    assert.equal((await file.read())?.key.publicKey, key.publicKey)
    await file.promoteNextKey()
    const after = await file.read()
    assert.deepEqual([after?.key.publicKey, after?.nextKey], [nextKey.publicKey, undefined])
    assert.ok(!(await readFile(file.path, 'utf8')).includes(key.pem.split('\n')[1] ?? 'no key'))
  })

  it('says that the file is damaged, and nothing of what stands in it', async () => {
    await file.write(someone)
    const text = await readFile(file.path, 'utf8')
    const pem = key.pem.split('\n')[1] ?? 'no key'
    for (const broken of [
      '',
      text.slice(0, -20),
      text.replace(pem, 'AAAA'),
      text.replace('"version": 1', '"version": 2'),
    ]) {
      await writeFile(file.path, broken)
      await assert.rejects(file.read(), (error) => {
        assert.ok(error instanceof Error)
        assert.match(error.message, /identity\.json cannot be used .* enrol this agent again/)
        return !error.message.includes(pem) && error.cause === undefined
      })
    }
  })
})
