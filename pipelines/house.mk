# The experiments as one: every pipeline, then the report.
PIPELINES := images classifier diffaugment spanners sparch tsm

demo: deps-build deps-demo
	@$(MAKE) all
	@$(MAKE) --no-print-directory experiments SCALE=demo
	@$(MAKE) --no-print-directory report

# All pipelines at SCALE; what is there already is not made again.
experiments: $(PIPELINES:%=experiment-%)
experiment-%: all deps-demo
	@echo '$*: running pipelines/$*.mk'
	@$(MAKE) -s -f pipelines/$*.mk B=$(abspath $B)
report: $B/bin/report
	@mkdir -p out
	@$B/bin/report out >out/report.html.part
	@mv out/report.html.part out/report.html
	@echo 'report: $(CURDIR)/out/report.html'
.PHONY: experiments
