-- How would a competent user of DuckDB compute the 44 features at one moment: filtered aggregates, and distinct in two stages
-- (once per customer and value, then counted), which costs half of count(distinct ...) filter (...).
with u as (
  select customer_id, feature, user_id, quantity, occurred_at from usage where occurred_at < $as_of and known_at < $as_of
), u_rows as (
  select customer_id,
    count(*) filter (occurred_at >= $as_of - interval 7 day) as c7,
    count(*) filter (occurred_at >= $as_of - interval 30 day) as c30,
    count(*) filter (occurred_at >= $as_of - interval 90 day) as c90,
    count(*) filter (occurred_at >= $as_of - interval 210 day) as c210,
    count(*) filter (occurred_at >= $as_of - interval 365 day) as c365,
    count(*) as c,
    sum(quantity) filter (occurred_at >= $as_of - interval 30 day) as q30,
    sum(quantity) filter (occurred_at >= $as_of - interval 90 day) as q90,
    max(occurred_at) as newest,
    sum(pow(2, (epoch_us(occurred_at) - epoch_us($as_of)) / (45 * 86400e6))) as decayed,
    sum(14.5 - (epoch_us($as_of) - epoch_us(occurred_at) - 1) // 604800000000) filter (occurred_at >= $as_of - interval 210 day) as slope
  from u group by customer_id
), u_days as (
  select customer_id, count(*) filter (newest >= $as_of - interval 30 day) as d30, count(*) as d90
  from (select customer_id, max(occurred_at) as newest from u where occurred_at >= $as_of - interval 90 day group by customer_id, occurred_at::date)
  group by customer_id
), u_features as (
  select customer_id, count(*) filter (newest >= $as_of - interval 30 day) as f30, count(*) as f90
  from (select customer_id, max(occurred_at) as newest from u where occurred_at >= $as_of - interval 90 day group by customer_id, feature)
  group by customer_id
), u_users as (
  select customer_id, count(*) as u30
  from (select customer_id, user_id from u where occurred_at >= $as_of - interval 30 day and user_id is not null group by customer_id, user_id)
  group by customer_id
), t_rows as (
  select customer_id,
    count(*) filter (opened_at >= $as_of - interval 30 day) as c30,
    count(*) filter (opened_at >= $as_of - interval 90 day) as c90,
    count(*) filter (opened_at >= $as_of - interval 365 day) as c365,
    count(*) filter (not coalesce(resolved_at < $as_of, false)) as still_open,
    count(*) filter (complaint and opened_at >= $as_of - interval 90 day) as complaints90,
    count(*) filter (complaint and opened_at >= $as_of - interval 365 day) as complaints365,
    max(opened_at) as newest,
    count(*) filter (contacts = 1 and resolved_at < $as_of and opened_at >= $as_of - interval 365 day) as at_first,
    count(contacts) filter (resolved_at < $as_of and opened_at >= $as_of - interval 365 day) as told_contacts,
    count(*) filter (first_response_at < $as_of and first_response_at <= opened_at + interval 24 hour and opened_at >= $as_of - interval 365 day) as answered,
    count(*) filter ((first_response_at < $as_of or opened_at + interval 24 hour < $as_of) and opened_at >= $as_of - interval 365 day) as due,
    count(*) filter (waiting_seconds > 300 and resolved_at < $as_of and opened_at >= $as_of - interval 365 day) as waited,
    count(waiting_seconds) filter (resolved_at < $as_of and opened_at >= $as_of - interval 365 day) as told_waiting,
    avg(hand_overs) filter (resolved_at < $as_of and opened_at >= $as_of - interval 365 day) as hand_overs
  from tickets where opened_at < $as_of and known_at < $as_of group by customer_id
), p as (
  select customer_id, occurred_at, category, revenue, kind, kind in ('order', 'renewal', 'upgrade') as bought
  from purchases where occurred_at < $as_of and known_at < $as_of
), p_rows as (
  select customer_id,
    count(*) filter (bought and occurred_at >= $as_of - interval 30 day) as c30,
    count(*) filter (bought and occurred_at >= $as_of - interval 90 day) as c90,
    count(*) filter (bought and occurred_at >= $as_of - interval 365 day) as c365,
    count(*) filter (bought) as c,
    sum(revenue) filter (kind <> 'cancellation' and occurred_at >= $as_of - interval 30 day) as r30,
    sum(revenue) filter (kind <> 'cancellation' and occurred_at >= $as_of - interval 90 day) as r90,
    sum(revenue) filter (kind <> 'cancellation' and occurred_at >= $as_of - interval 365 day) as r365,
    sum(revenue) filter (kind <> 'cancellation') as r,
    count(*) filter (kind <> 'cancellation' and occurred_at >= $as_of - interval 30 day) as n30,
    count(*) filter (kind <> 'cancellation' and occurred_at >= $as_of - interval 90 day) as n90,
    count(*) filter (kind <> 'cancellation' and occurred_at >= $as_of - interval 365 day) as n365,
    count(*) filter (kind <> 'cancellation') as n,
    count(*) filter (kind = 'refund' and occurred_at >= $as_of - interval 365 day) as refunds
  from p group by customer_id
), p_days as (
  select customer_id, count(*) as days, count(*) filter (newest >= $as_of - interval 365 day) as d365,
    date_diff('day', min(day), $as_of::date) as since_first, date_diff('day', max(day), $as_of::date) as since_last
  from (select customer_id, occurred_at::date as day, max(occurred_at) as newest from p where bought group by all)
  group by customer_id
), p_categories as (
  select customer_id, count(*) as categories
  from (select customer_id, category from p where bought and category is not null and occurred_at >= $as_of - interval 365 day group by all)
  group by customer_id
)
select c.customer_id,
  (date_diff('microsecond', case when joined_at < $as_of then joined_at end, $as_of) / 86400e6)::float as tenure_days,
  coalesce(u_rows.c7, 0)::float as usage_count_7d, coalesce(u_rows.c30, 0)::float as usage_count_30d, coalesce(u_rows.c90, 0)::float as usage_count_90d,
  coalesce(u_rows.c365, 0)::float as usage_count_365d, coalesce(u_rows.c, 0)::float as usage_count_lifetime,
  coalesce(d30, 0)::float as usage_active_days_30d, coalesce(d90, 0)::float as usage_active_days_90d,
  coalesce(f30, 0)::float as usage_breadth_30d, coalesce(f90, 0)::float as usage_breadth_90d, coalesce(u30, 0)::float as usage_users_30d,
  (case when coalesce(u_rows.c30, 0) = 0 then 0 else q30 end)::float as usage_quantity_30d,
  (case when coalesce(u_rows.c90, 0) = 0 then 0 else q90 end)::float as usage_quantity_90d,
  (date_diff('microsecond', u_rows.newest, $as_of) / 86400e6)::float as usage_days_since_last,
  coalesce(decayed, 0)::float as usage_decayed_45d, coalesce(slope / 2247.5, 0)::float as usage_slope_30w,
  (u_rows.c7 * 30 / nullif(u_rows.c210, 0))::float as usage_week_vs_30w,
  coalesce(t_rows.c30, 0)::float as tickets_count_30d, coalesce(t_rows.c90, 0)::float as tickets_count_90d, coalesce(t_rows.c365, 0)::float as tickets_count_365d,
  coalesce(still_open, 0)::float as tickets_open, coalesce(complaints90, 0)::float as tickets_complaints_90d, coalesce(complaints365, 0)::float as tickets_complaints_365d,
  (date_diff('microsecond', t_rows.newest, $as_of) / 86400e6)::float as tickets_days_since_last,
  (at_first / nullif(told_contacts, 0))::float as tickets_first_contact_share_365d, (answered / nullif(due, 0))::float as tickets_answered_24h_share_365d,
  (waited / nullif(told_waiting, 0))::float as tickets_waiting_over_5min_share_365d, hand_overs::float as tickets_hand_overs_mean_365d,
  coalesce(p_rows.c30, 0)::float as purchases_count_30d, coalesce(p_rows.c90, 0)::float as purchases_count_90d,
  coalesce(p_rows.c365, 0)::float as purchases_count_365d, coalesce(p_rows.c, 0)::float as purchases_count_lifetime,
  coalesce(d365, 0)::float as purchases_days_365d, coalesce(days, 0)::float as purchases_days_lifetime,
  (case when coalesce(n30, 0) = 0 then 0 else r30 end)::float as purchases_revenue_30d, (case when coalesce(n90, 0) = 0 then 0 else r90 end)::float as purchases_revenue_90d,
  (case when coalesce(n365, 0) = 0 then 0 else r365 end)::float as purchases_revenue_365d, (case when coalesce(n, 0) = 0 then 0 else r end)::float as purchases_revenue_lifetime,
  coalesce(refunds, 0)::float as purchases_refunds_365d, coalesce(categories, 0)::float as purchases_categories_365d,
  since_last::float as purchases_days_since_last, since_first::float as purchases_days_since_first,
  ((since_first - since_last) / nullif(days - 1, 0))::float as purchases_gap_mean_days,
  (since_last / ((since_first - since_last) / nullif(days - 1, 0)))::float as purchases_recency_over_gap
from customers c
  left join u_rows on u_rows.customer_id = c.customer_id left join u_days on u_days.customer_id = c.customer_id
  left join u_features on u_features.customer_id = c.customer_id left join u_users on u_users.customer_id = c.customer_id
  left join t_rows on t_rows.customer_id = c.customer_id left join p_rows on p_rows.customer_id = c.customer_id
  left join p_days on p_days.customer_id = c.customer_id left join p_categories on p_categories.customer_id = c.customer_id
where c.first_seen_at < $as_of and c.known_at < $as_of
