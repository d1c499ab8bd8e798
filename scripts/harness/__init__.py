# SPDX-License-Identifier: Apache-2.0
"""What the Python scripts share. Each module is one concern; none runs by itself."""
