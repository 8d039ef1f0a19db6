Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# kubelet and kube-proxy of the wanted patch. A base that is already newer stays: in extended support AWS backports and upstream stops.
Invoke-Step -Name '30-eks-tools' -FailureClass 'provision' -Script {
    $wanted = [version](Get-Setting 'KUBERNETES_VERSION')
    foreach ($tool in 'kubelet', 'kube-proxy') {
        $path = Join-Path -Path $env:ProgramFiles -ChildPath "kubernetes\$tool.exe"
        $installed = Get-ProgramVersion -Path $path
        if ($installed.Minor -ne $wanted.Minor) {
            throw "The base has $tool $installed, which is another minor than $wanted."
        }
        if ($installed -ge $wanted) {
            "$tool $installed stays."
            continue
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
        "$tool is $installed now."
    }
}
