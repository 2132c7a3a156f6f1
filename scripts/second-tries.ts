import type { Reporter, TestCase } from 'vitest/node'

/** Says at the end which tests passed at their second try alone, and why the first one failed: a machine was slow, or something of ours is. */
export class SecondTries implements Reporter {
  readonly #passed: TestCase[] = []

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky) this.#passed.push(test)
  }

  onTestRunEnd(): void {
    if (this.#passed.length === 0) return
    console.log(`\n${this.#passed.length} passed at the second try alone:`)
    for (const test of this.#passed)
      for (const { message, stacks } of test.result().errors ?? [])
        console.log(
          `  ${test.module.relativeModuleId}:${stacks?.[0]?.line ?? '?'} ${test.fullName}\n    ${message}`,
        )
  }
}
