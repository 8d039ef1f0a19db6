Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Installs kubelet and kube-proxy of the wanted patch version. On layer, newer versions of the base stay: in extended
# support AWS backports fixes after upstream has stopped. On assemble, only the wanted patch version is accepted.
Invoke-Step -Name '33-kubernetes' -FailureClass 'provision' -Script {
    $wanted = [version](Get-Setting 'KUBERNETES_VERSION')
    $recipe = Get-Setting 'RECIPE_KIND'
    $directory = Join-Path -Path $env:ProgramFiles -ChildPath 'kubernetes'
    if ($recipe -eq 'assemble') {
        New-Item -Path $directory -ItemType Directory -Force | Out-Null
        Add-MachinePath -Directory $directory
    }
    foreach ($tool in 'kubelet', 'kube-proxy') {
        $path = Join-Path -Path $directory -ChildPath "$tool.exe"
        if ($recipe -eq 'layer') {
            $installed = Get-ProgramVersion -Path $path
            if ($installed.Minor -ne $wanted.Minor) {
                throw "The base has $tool $installed, which is another minor than $wanted."
            }
            if ($installed -ge $wanted) {
                Add-ReportedBinary -Path $path -Version "$installed" -From 'base'
                "$tool $installed stays."
                continue
            }
        }

        $url = "$(Get-Setting 'KUBERNETES_RELEASE_URL')/v$wanted/bin/windows/amd64/$tool.exe"
        $download = Get-WorkPath "downloads\$tool.exe"
        Get-VerifiedFile -Url $url -ChecksumUrl "$url.sha256" -Path $download
        Get-Service -Name $tool -ErrorAction SilentlyContinue | Stop-Service -Force
        Copy-Item -Path $download -Destination $path -Force
        $installed = Get-ProgramVersion -Path $path
        if ($installed -ne $wanted) {
            throw "$tool states version $installed after it was replaced by $wanted."
        }
        Add-ReportedBinary -Path $path -Version "$installed" -From 'download'
        "$tool is $installed now."
    }
}
