"""Starts a kernel as Colab does: its own package imported before the first cell, its own shell."""

from google.colab._shell import Shell
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import launch_new_instance


class Kernel(IPythonKernel):
    shell_class = Shell


launch_new_instance(kernel_class=Kernel)
