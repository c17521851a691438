"""Whatever is sent is answered, and whatever is stored is shown: suites that think up inputs."""
