"""What Kuaishou's rules of 2021 to 2023 measured differently."""
