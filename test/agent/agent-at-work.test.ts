import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeRecipient } from '../../bot/agent-link/open-seal.ts'
import { type AgentProcess, startAgent } from '../support/agent-process.ts'
import { startTestDomain, type TestDomain } from '../support/samba.ts'
import { type ScriptedBot, scriptedBot, type Visit } from './link/scripted-bot.ts'

describe('the agent as a process, with a real domain controller', () => {
})
