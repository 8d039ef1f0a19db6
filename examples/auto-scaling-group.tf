# An Auto Scaling group of Windows nodes whose launch template follows a channel.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "cluster" {
  type    = string
  default = "my-cluster"
}

variable "node_role" {
  description = "Name of a role with AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly and AmazonEKS_CNI_Policy"
  type        = string
  default     = "windows-nodes"
}

variable "subnet_ids" {
  type = list(string)
}

variable "image_parameter" {
  description = "A channel, or /eks-windows-images/<stage>/fleets/<name> of a fleet with parameter \"own\", which obeys the fleet's window"
  type        = string
  default     = "/eks-windows-images/production/channels/windows-2022-core-1.35/stable"
}

data "aws_eks_cluster" "this" {
  name = var.cluster
}

locals {
  service_cidr = data.aws_eks_cluster.this.kubernetes_network_config[0].service_ipv4_cidr
}

data "aws_iam_role" "nodes" {
  name = var.node_role
}

# Nodes with an entry of type EC2_LINUX are Ready and have no DNS. A role has one entry, so Windows nodes need a role of
# their own.
resource "aws_eks_access_entry" "windows_nodes" {
  cluster_name  = var.cluster
  principal_arn = data.aws_iam_role.nodes.arn
  type          = "EC2_WINDOWS"
}

resource "aws_iam_instance_profile" "nodes" {
  name = var.node_role
  role = var.node_role
}

resource "aws_launch_template" "windows_web" {
  name = "windows-web"

  # Not data "aws_ssm_parameter", which would put in the image of today: EC2 reads the parameter whenever an instance
  # starts. Whoever creates the group or starts a refresh needs ssm:GetParameters on it.
  image_id               = "resolve:ssm:${var.image_parameter}"
  instance_type          = "m7i.xlarge"
  vpc_security_group_ids = [data.aws_eks_cluster.this.vpc_config[0].cluster_security_group_id]
  update_default_version = true

  iam_instance_profile {
    arn = aws_iam_instance_profile.nodes.arn
  }

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  # At least as large as the image, `diskGiB` of the variant.
  block_device_mappings {
    device_name = "/dev/sda1"
    ebs {
      volume_size = 100
      volume_type = "gp3"
      encrypted   = true
    }
  }

  # user-data.txt explains the arguments.
  user_data = base64encode(<<-EOT
    <powershell>
    $bootstrap = @{
        EKSClusterName    = '${var.cluster}'
        APIServerEndpoint = '${data.aws_eks_cluster.this.endpoint}'
        Base64ClusterCA   = '${data.aws_eks_cluster.this.certificate_authority[0].data}'
        ServiceCIDR       = '${local.service_cidr}'
        DNSClusterIP      = '${cidrhost(local.service_cidr, 10)}'
        KubeletExtraArgs  = '--register-with-taints=os=windows:NoSchedule'
    }
    & "$env:ProgramFiles\Amazon\EKS\Start-EKSBootstrap.ps1" @bootstrap 3>&1 4>&1 5>&1 6>&1
    </powershell>
  EOT
  )
}

resource "aws_autoscaling_group" "windows_web" {
  name                = "windows-web"
  min_size            = 2
  max_size            = 6
  vpc_zone_identifier = var.subnet_ids

  launch_template {
    id = aws_launch_template.windows_web.id
    # A number, and never "$Latest".
    version = aws_launch_template.windows_web.latest_version
  }

  # An instance refresh neither cordons nor drains. The hook holds an instance until the node termination handler has
  # drained its node.
  initial_lifecycle_hook {
    name                 = "drain"
    lifecycle_transition = "autoscaling:EC2_INSTANCE_TERMINATING"
    heartbeat_timeout    = 900
    default_result       = "CONTINUE"
  }

  # Terraform starts it when the template changes. A new image is no change of the template: for that, make the group a
  # fleet with `mode: "roll"`, or run aws autoscaling start-instance-refresh.
  instance_refresh {
    strategy = "Rolling"
    preferences {
      # New instances start before old ones go.
      min_healthy_percentage = 100
      max_healthy_percentage = 110
      instance_warmup        = "600"
      # Auto Scaling refuses it for a template that follows a parameter.
      auto_rollback = false
    }
  }

  tag {
    key                 = "kubernetes.io/cluster/${var.cluster}"
    value               = "owned"
    propagate_at_launch = true
  }

  tag {
    key                 = "aws-node-termination-handler/managed"
    value               = ""
    propagate_at_launch = true
  }

  depends_on = [aws_eks_access_entry.windows_nodes]
}
