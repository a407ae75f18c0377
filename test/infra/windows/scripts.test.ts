import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { policedOperations } from '../../../agent/policy/policy.ts'
import { script } from './table.ts'

const folder = new URL('../../../infra/windows/', import.meta.url)
const names = readdirSync(folder).filter((name) => /\.psm?1$/.test(name))
const entries = ['Install-HelpBotAgent.ps1', 'Update-HelpBotAgent.ps1', 'Uninstall-HelpBotAgent.ps1']

/**
 * Takes comments and the content of texts out of a script, so that what is left is code. Between double quotation marks `$( … )` is
 * code too, and stays.
 */
function codeOf(text: string): string {
  let code = ''
  let at = 0
  const skipTo = (end: number) => {
    at = end
  }
  /** Where each `$(` between quotation marks ends. */
  const quotes: number[] = []
  let depth = 0
  while (at < text.length) {
    const rest = text.slice(at, at + 2)
    const character = text.charAt(at)
    const inQuotes = quotes.length > 0 && quotes.at(-1) === -1
    if (inQuotes) {
      if (character === '`') skipTo(at + 2)
      else if (rest === '$(') {
        quotes.push(depth)
        depth += 1
        code += '$('
        skipTo(at + 2)
      } else if (character === '"') {
        quotes.pop()
        code += '"'
        skipTo(at + 1)
      } else skipTo(at + 1)
      continue
    }
    if (rest === '<#') skipTo(text.indexOf('#>', at) + 2)
    else if (character === '#') skipTo(text.indexOf('\n', at))
    else if (character === "'") {
      const end = text.indexOf("'", at + 1)
      assert.ok(end > 0, 'a text between single quotation marks has no end')
      code += "''"
      skipTo(end + 1)
    } else if (character === '"') {
      quotes.push(-1)
      code += '"'
      skipTo(at + 1)
    } else {
      if (character === '(') depth += 1
      if (character === ')') {
        depth -= 1
        if (quotes.length > 0 && quotes.at(-1) === depth) quotes.pop()
      }
      code += character
      skipTo(at + 1)
    }
  }
  assert.equal(quotes.length, 0, 'a text between quotation marks has no end')
  return code
}

/** Whether every bracket is closed by its own kind. */
function unbalanced(code: string): string | undefined {
  const closes: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
  const open: { readonly bracket: string; readonly line: number }[] = []
  for (const [index, line] of code.split('\n').entries())
    for (const bracket of line.match(/[()[\]{}]/g) ?? []) {
      const expected = closes[bracket]
      if (expected === undefined) open.push({ bracket, line: index + 1 })
      else if (open.pop()?.bracket !== expected) return `${bracket} in line ${index + 1} closes nothing`
    }
  const [left] = open
  return left && `${left.bracket} of line ${left.line} is not closed`
}

/** Functions of a script, from their name to the closing brace at the beginning of a line. */
const functionsOf = (text: string) =>
  [...text.matchAll(/^function ([\w-]+) \{\n(.*?)^\}$/gms)].map(([, name = '', body = '']) => ({ name, body }))

/** Cmdlets that change something, of those that the scripts use. */
const changing =
  /\b(?:New-Item|Remove-Item|Move-Item|Copy-Item|Rename-Item|Set-Content|New-ADUser|Remove-ADUser|Set-ADObject|Set-ADAccountPassword|Register-ScheduledTask|Unregister-ScheduledTask|Start-ScheduledTask|Stop-ScheduledTask|Enable-ScheduledTask|Disable-ScheduledTask|New-EventLog|Remove-EventLog|Unblock-File)\b|'dsacls\.exe' -Arguments|'robocopy\.exe'|WriteAllLines|SetAccessControl/

describe('the scripts for Windows, as far as they can be read without one', () => {
  for (const name of names) {
    it(`${name}: brackets and quotation marks are closed`, () => {
      assert.equal(unbalanced(codeOf(script(name))), undefined)
    })

    it(`${name}: holds nothing but ASCII, which every Windows reads alike`, () => {
      assert.match(script(name), /^[\t\n -~]*$/)
    })

    it(`${name}: is strict, says what it needs, and helps`, () => {
      const text = script(name)
      assert.match(text, /^#Requires -Version 5\.1$/m)
      assert.match(text, /^#Requires -PSEdition Desktop$/m)
      assert.match(text, /^Set-StrictMode -Version Latest$/m)
      assert.match(text, /^<#\n\.SYNOPSIS\n\S/m)
      for (const { name: own, body } of functionsOf(text))
        assert.match(body, /^ {4}<#\n {4}\.SYNOPSIS\n {4}\S/, `${own} has no help`)
    })

    it(`${name}: takes no password and no code as text, and shows none`, () => {
      const text = script(name)
      const code = codeOf(text)
      for (const [parameter] of text.matchAll(/\[\w+(?:\[\])?\] \$\w*(?:Password|Secret|Code)\b/g))
        assert.match(parameter, /^\[(?:securestring|switch)\] /, parameter)
      assert.doesNotMatch(
        code,
        /Write-Host|ConvertTo-SecureString|PtrToStringBSTR|PtrToStringAuto|Invoke-Expression|\biex\b/i,
      )
      const said = /(?:Write-(?:Step|HelpBotLog|Warning|Verbose|Information|Output|HelpBotEvent)\b|\bthrow\b).*/g
      for (const [told] of text.matchAll(said))
        assert.doesNotMatch(told, /\$(?:\w*Password|Secret|Code|typed|letters|bytes|credential)\b/i)
    })
  }

  it('every parameter of a script is explained', () => {
    for (const name of names.filter((one) => one.endsWith('.ps1'))) {
      const text = script(name)
      const [, help = ''] = /^<#\n(.*?)^#>/ms.exec(text) ?? []
      const [, block = ''] = /^param\(\n(.*?)^\)/ms.exec(text) ?? []
      const parameters = [...block.matchAll(/\$(\w+)(?: =|,|$)/gm)].map(([, parameter]) => parameter)
      assert.ok(parameters.length > 0)
      for (const parameter of new Set(parameters))
        if (!['PSScriptRoot', 'env'].includes(parameter ?? ''))
          assert.match(help, new RegExp(`^\\.PARAMETER ${parameter}$`, 'm'), `${name} -${parameter}`)
    }
  })

  it('nothing is changed that is not asked for with -WhatIf first', () => {
    for (const { name, body } of functionsOf(script('HelpBotAgent.psm1'))) {
      if (!changing.test(body)) continue
      assert.match(body, /\[CmdletBinding\(SupportsShouldProcess\)\]/, `${name} has no -WhatIf`)
      assert.match(body, /\$PSCmdlet\.ShouldProcess\(/, `${name} does not ask`)
      const asks = body.indexOf('ShouldProcess(')
      assert.ok(body.search(changing) > asks, `${name} changes something before it asks`)
    }
  })

  it('-WhatIf reaches every function of the module that changes something', () => {
    const able = functionsOf(script('HelpBotAgent.psm1')).filter(({ body }) => body.includes('SupportsShouldProcess'))
    assert.ok(able.length > 10)
    for (const name of entries) {
      const text = script(name)
      assert.match(text, /^\[CmdletBinding\(SupportsShouldProcess\b/m, name)
      const withoutFunctions = text.replace(/^function [\w-]+ \{\n.*?^\}$/gms, '')
      for (const { name: called } of able)
        for (const line of withoutFunctions.split('\n'))
          if (new RegExp(`\\b${called}\\b`).test(line))
            assert.match(line, /-WhatIf:\$WhatIfPreference/, `${name}: ${line}`)
      // What the script itself changes stands inside a question.
      let asked = 0
      for (const line of withoutFunctions.split('\n')) {
        if (/\$PSCmdlet\.ShouldProcess\(.*\{$/.test(line)) asked = line.search(/\S/) + 1
        else if (asked > 0 && line.startsWith(`${' '.repeat(asked - 1)}}`)) asked = 0
        else if (changing.test(line)) assert.ok(asked > 0, `${name} does not ask before: ${line.trim()}`)
      }
    }
  })

  it('offers exactly the operations that a policy knows', () => {
    const [, set = ''] =
      /\[ValidateSet\(([^)]*)\)\] \[string\[\]\] \$Operations/.exec(script('Install-HelpBotAgent.ps1')) ?? []
    assert.deepEqual([...set.matchAll(/'([a-z-]+)'/g)].map(([, name]) => name).sort(), [...policedOperations].sort())
  })

  it('opens no port', () => {
    for (const name of names) assert.doesNotMatch(script(name), /New-NetFirewallRule|netsh|advfirewall/i)
  })

  it('finds what is wrong with a script', () => {
    assert.equal(unbalanced(codeOf('if ($a) { "}" # }\n}')), undefined)
    assert.equal(unbalanced(codeOf('"$(if ($a) { \'x)\' })"')), undefined)
    assert.match(unbalanced(codeOf('if ($a) { "x"')) ?? '', /is not closed/)
    assert.match(unbalanced(codeOf('f(]')) ?? '', /closes nothing/)
    assert.throws(() => codeOf('"never ended'))
  })
})
