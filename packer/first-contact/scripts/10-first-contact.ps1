Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Looks at a machine of AWS's image and changes nothing but that containerd is started. commands/first-contact/file.ts
# describes the answers. What starts containerd comes after what must be seen before.
Invoke-Step -Name '10-first-contact' -FailureClass 'provision' -Script {
    $now = Get-Date
    # AgentBaker and image-builder set values below these keys for the host network.
    $networkKeys = @(
        'HKLM:\SYSTEM\CurrentControlSet\Services\hns\State'
        'HKLM:\SYSTEM\CurrentControlSet\Services\VfpExt\Parameters'
        'HKLM:\SYSTEM\CurrentControlSet\Policies\Microsoft\FeatureManagement\Overrides'
    )
    $facts = @(
        Get-Fact -Name 'osBuild' -Script { "$(Get-OsBuild)" }
        Get-Fact -Name 'imageState' -Script { Get-ImageState }
        Get-Fact -Name 'launchAgent' -Script { Get-LaunchState }
        Get-Fact -Name 'secondsOfStart' -Script {
            $started = (Get-CimInstance -ClassName Win32_OperatingSystem).LastBootUpTime
            $log = Get-Item -Path (Get-LaunchLogPath) -Force
            [ordered]@{
                untilLaunchAgent = [math]::Round(($log.LastWriteTime - $started).TotalSeconds)
                untilScript      = [math]::Round(($now - $started).TotalSeconds)
            }
        }
        Get-Fact -Name 'secondsOfSetup' -Script { Get-SetupSecond }
        Get-Fact -Name 'answerFile' -Script { [System.IO.File]::ReadAllText((Get-AnswerFilePath)) }
        Get-Fact -Name 'pageFiles' -Script {
            $bytes = @(Get-Item -Path "$env:SystemDrive\pagefile.sys" -Force -ErrorAction SilentlyContinue | ForEach-Object { $_.Length })
            [ordered]@{ setting = @(Get-PageFileSetting); bytes = (@($bytes) + 0)[0] }
        }
        Get-Fact -Name 'disk' -Script { Get-DiskUse -Deadline $now.AddMinutes(10) }
        Get-Fact -Name 'services' -Script {
            $services = [ordered]@{}
            foreach ($one in @(Get-CimInstance -ClassName Win32_Service | Sort-Object -Property Name)) {
                $services[$one.Name] = [ordered]@{
                    displayName = "$($one.DisplayName)"
                    commandLine = "$($one.PathName)"
                    startMode   = "$($one.StartMode)"
                    state       = "$($one.State)"
                }
            }
            $services
        }
        Get-Fact -Name 'tasks' -Script {
            $tasks = [ordered]@{}
            foreach ($one in @(Get-ScheduledTask | Sort-Object -Property 'TaskPath', 'TaskName')) {
                $xml = ''
                if ($one.TaskPath -notlike '\Microsoft\*') {
                    $xml = "$(Export-ScheduledTask -TaskName $one.TaskName -TaskPath $one.TaskPath -ErrorAction Stop)"
                }
                $tasks["$($one.TaskPath)$($one.TaskName)"] = [ordered]@{ state = "$($one.State)"; xml = $xml }
            }
            $tasks
        }
        Get-Fact -Name 'environment' -Script {
            $environment = [ordered]@{}
            $variables = [Environment]::GetEnvironmentVariables('Machine')
            foreach ($name in @($variables.Keys | Sort-Object)) {
                $environment[$name] = "$($variables[$name])"
            }
            $environment
        }
        Get-Fact -Name 'eventLogs' -Script {
            $sources = (Get-EksSetup).eventSources
            $logs = [ordered]@{}
            foreach ($one in [System.Diagnostics.EventLog]::GetEventLogs()) {
                $logs[$one.Log] = [ordered]@{
                    maximumBytes = $one.MaximumKilobytes * 1024
                    sources      = @($sources | Where-Object { $one.Log -eq 'EKS' })
                }
            }
            $logs
        }
        Get-Fact -Name 'files' -List -Script {
            $directories = @("$env:ProgramFiles\containerd", "$env:ProgramFiles\kubernetes") | Where-Object { Test-Path -Path $_ }
            $others = @($directories | ForEach-Object { Get-ChildItem -Path $_ -Recurse -File -Force } | ForEach-Object { $_.FullName })
            @(Get-EksFile) + $others | Sort-Object -Unique | ForEach-Object {
                $file = Get-Item -LiteralPath $_ -Force
                [ordered]@{ path = $_; bytes = $file.Length; sha256 = Get-Sha256 -Path $_; version = Get-FileVersion -Path $_ }
            }
        }
        Get-Fact -Name 'programs' -Script {
            $programs = [ordered]@{}
            foreach ($path in "$env:ProgramFiles\kubernetes\kubelet.exe", "$env:ProgramFiles\kubernetes\kube-proxy.exe", (Get-ContainerdPath 'containerd.exe')) {
                $programs[(Split-Path -Path $path -Leaf)] = "$(Get-ProgramVersion -Path $path)"
            }
            $programs
        }
        Get-Fact -Name 'defender' -Script {
            $preference = Get-MpPreference
            [ordered]@{
                paths      = @($preference.ExclusionPath | Where-Object { $_ })
                processes  = @($preference.ExclusionProcess | Where-Object { $_ })
                extensions = @($preference.ExclusionExtension | Where-Object { $_ })
            }
        }
        Get-Fact -Name 'features' -List -Script { Get-WindowsFeature | Where-Object { $_.Installed } | ForEach-Object { "$($_.Name)" } | Sort-Object }
        Get-Fact -Name 'dynamicPorts' -Script {
            $tcp = Get-NetTCPSetting | Where-Object { $_.SettingName -eq 'Internet' }
            $udp = Get-NetUDPSetting
            [ordered]@{
                tcp = [ordered]@{ start = $tcp.DynamicPortRangeStartPort; count = $tcp.DynamicPortRangeNumberOfPorts }
                udp = [ordered]@{ start = $udp.DynamicPortRangeStartPort; count = $udp.DynamicPortRangeNumberOfPorts }
            }
        }
        Get-Fact -Name 'registry' -Script {
            $registry = [ordered]@{}
            foreach ($key in @($networkKeys | Where-Object { Test-Path -Path $_ })) {
                $values = [ordered]@{}
                $item = Get-Item -Path $key
                foreach ($name in @($item.Property | Sort-Object)) {
                    $values[$name] = $item.GetValue($name)
                }
                $registry[$key] = $values
            }
            $registry
        }
        Get-Fact -Name 'containerd' -Script {
            $values = Get-ContainerdConfiguration
            $understood = [ordered]@{}
            foreach ($key in @($values.Keys | Sort-Object)) {
                $understood[$key] = $values[$key]
            }
            [ordered]@{
                version    = "$(Get-ProgramVersion -Path (Get-ContainerdPath 'containerd.exe'))"
                text       = [System.IO.File]::ReadAllText((Get-ContainerdPath 'config.toml'))
                understood = $understood
            }
        }
        Get-Fact -Name 'installedUpdates' -List -Script { Get-InstalledUpdate }
        Get-Fact -Name 'offers' -List -Script {
            Find-OfferedUpdate -Session (New-UpdateSession) | ForEach-Object {
                [ordered]@{
                    articles   = @(Get-UpdateArticle -Update $_.Update)
                    title      = "$($_.Update.Title)"
                    categories = @($_.Update.Categories | ForEach-Object { "$($_.Name)" })
                    leftOut    = "$($_.LeftOut)"
                }
            }
        }
        # The checks of the proof that are not of this build's own making, under the proof's names.
        Get-Fact -Name 'checks' -List -Script {
            Invoke-Check -Name 'containerd-runs' -Script {
                Start-Service -Name containerd
                Invoke-WithRetry -Activity 'Asking containerd' -DelaySeconds 5 -Script { Invoke-Ctr -ArgumentList @('version') | Out-Null }
            }
            Invoke-Check -Name 'cri-loaded' -Script {
                $trouble = @(Get-CriTrouble)
                Assert-That -Condition ($trouble.Count -eq 0) -Message "kubelet gets no answer: $($trouble -join '; ')."
            }
            Get-NodeCheck
        }
        # The Host Network Service answers only while it runs, which the checks have started.
        Get-Fact -Name 'hnsNetworks' -List -Script { Get-HnsNetwork | ForEach-Object { [ordered]@{ name = "$($_.Name)"; type = "$($_.Type)" } } }
        Get-Fact -Name 'containerImages' -List -Script { Get-CachedImage -Besides @() }
    )
    $findings = [ordered]@{ facts = [ordered]@{}; unknown = [ordered]@{} }
    foreach ($fact in $facts) {
        $findings.facts[$fact.Name] = $fact.Value
        if ($fact.Unknown) {
            $findings.unknown[$fact.Name] = $fact.Unknown
            "$($fact.Name) is unknown: $($fact.Unknown)"
        }
    }
    New-Item -Path (Get-WorkPath 'output') -ItemType Directory -Force | Out-Null
    Save-Json -Path (Get-WorkPath 'output\first-contact.json') -Value $findings
    "$($facts.Count - $findings.unknown.Count) of $($facts.Count) questions are answered."
}
