export default function Page() {
  return <a href="/api/primes">How many primes are there below 100,000?</a>;
}
