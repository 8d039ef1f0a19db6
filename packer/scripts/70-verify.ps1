Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Runs Pester inside the image. The tests are written for Pester 3.4, which comes with Windows, so that nothing is
# downloaded.
Invoke-Step -Name '70-verify' -FailureClass 'test' -Script {
    Import-Module -Name Pester -MaximumVersion 3.99.0
    $run = Invoke-Pester -Script (Get-WorkPath 'tests') -PassThru
    $tests = [ordered]@{
        passed = $run.PassedCount
        failed = $run.FailedCount
        tests  = @($run.TestResult | ForEach-Object {
                [ordered]@{ name = "$($_.Describe): $($_.Name)"; result = $_.Result; message = $_.FailureMessage }
            })
    }
    Save-Json -Path (Get-WorkPath 'output\tests.json') -Value $tests
    if ($tests.passed -eq 0) {
        throw 'No test passed.'
    }
    $bad = @($tests.tests | Where-Object { $_.result -ne 'Passed' })
    if ($bad.Count -gt 0) {
        throw "$($bad.Count) of $($tests.tests.Count) tests did not pass: $(($bad | ForEach-Object { "$($_.name) - $($_.message)" }) -join '; ')"
    }
    "$($tests.passed) tests passed."
}
