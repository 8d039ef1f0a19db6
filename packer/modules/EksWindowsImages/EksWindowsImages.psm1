Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

. "$PSScriptRoot\Steps.ps1"
. "$PSScriptRoot\Commands.ps1"
. "$PSScriptRoot\Downloads.ps1"
. "$PSScriptRoot\Versions.ps1"
. "$PSScriptRoot\Machine.ps1"
. "$PSScriptRoot\UpdateOffers.ps1"
. "$PSScriptRoot\Updates.ps1"
. "$PSScriptRoot\Toml.ps1"
. "$PSScriptRoot\Containerd.ps1"
. "$PSScriptRoot\ContainerImages.ps1"
. "$PSScriptRoot\EksState.ps1"
. "$PSScriptRoot\Eks.ps1"
. "$PSScriptRoot\Harvest.ps1"
. "$PSScriptRoot\Report.ps1"
. "$PSScriptRoot\Checks.ps1"
