"""A fleet's work through a queue in its database: jobs, workers on any host, monitoring. The extra `distributed`.

The queue is procrastinate's (procrastinate-org/procrastinate): its tables, its workers, its heartbeats. What this
package adds is what a job means. The history stays the truth: a job that is done twice does nothing.
"""
