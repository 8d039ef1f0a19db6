Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Takes from the start of a node what it does not need: services on demand instead of at each start and, if wanted,
# language and time zone at the first one. This comes after 34-eks-tools, which gives services the start modes of AWS's
# image, and before the custom scripts, which may want it otherwise.
Invoke-Step -Name '36-first-start' -FailureClass 'provision' -Script {
    $path = Get-WorkPath 'output\first-start.json'
    $services = @(Find-NeedlessService)
    $answers = @()
    if ((Get-Setting 'SKIP_REGIONAL_SETUP') -eq 'true') {
        $answers = @(Get-RegionalAnswer)
        if ($answers.Count -eq 0) {
            "$(Get-AnswerFilePath) sets neither language nor time zone."
        }
    }
    # Packer repeats a step after a broken connection: what the first run has changed is not found any more.
    if (Test-Path -Path $path) {
        $before = Read-Json -Path $path
        $services = @($before.manualServices) + @($services | Where-Object { @($before.manualServices | ForEach-Object { $_.name }) -notcontains $_.name })
        $answers = @($before.skippedAnswers) + @($answers | Where-Object { @($before.skippedAnswers) -notcontains $_ })
    }
    Save-Json -Path $path -Value ([ordered]@{ manualServices = $services; skippedAnswers = $answers })

    $services = @(Set-ManualStart -Service $services)
    Save-WantedStartMode -Service @($services | ForEach-Object { $_.name })
    if ($answers.Count -gt 0) {
        Get-RegionalAnswer -Remove | Out-Null
    }
    Save-Json -Path $path -Value ([ordered]@{ manualServices = $services; skippedAnswers = $answers })
    $services | ForEach-Object { "$($_.name) starts on demand only. $($_.reason)" }
    $answers | ForEach-Object { "A node keeps the image's $_ at its first start." }
    "$($services.Count) services start on demand only."
}
