"""Paragraphs that state a few pairs and then come back to some of them.

Each makes three to six pairs of invented facts (who lives where, what costs how much, which room
is whose) and restates one to three of them, or all, in running prose: what a small model learns
to copy from. None has the form of an instruction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from sample.grammar import choose, expand, sentence_case
from sample.slots import between, draw, pick, shuffled


@dataclass(frozen=True)
class Lookup:
    """`key` and `value` are kinds; `openings` begin, `pair` states and `again` restates a pair.

    In `pair` and `again`, ``{k}`` is the key and ``{v}`` the value, with the sub-values of their
    kinds (``{k_t}``, ``{k_a}``). `joins` stand between pairs.
    """

    key: str
    value: str
    openings: tuple[str, ...]
    pair: tuple[str, ...]
    again: tuple[str, ...]
    closings: tuple[str, ...] = ("",)


LOOKUPS = (
    Lookup(
        "person",
        "hamlet",
        (
            "[Xóm giềng|Bà con] ở [rải rác|xa nhau].",
            "Sổ hộ khẩu ghi rõ từng nhà.",
            "Người đưa thư thuộc hết các nhà.",
        ),
        ("{k} ở {v}", "nhà {k} nằm tại {v}", "{k} sống ở {v}"),
        (
            "Muốn gặp {k_t} thì phải tới {v}.",
            "Thư gửi {k} cứ đem về {v}.",
            "{v} là quê của {k}.",
            "Vậy người ở {v} chính là {k}.",
        ),
        ("", "Người đưa thư không bao giờ nhầm."),
    ),
    Lookup(
        "person",
        "job",
        (
            "Mỗi người một nghề.",
            "Họp lớp cũ, ai cũng kể việc của mình.",
            "Cả khu trọ toàn người đi làm sớm.",
        ),
        ("{k} là {v}", "{k} làm {v}", "nghề của {k} là {v}"),
        (
            "Cần {v} thì gọi {k_a}, tức {k}.",
            "Người làm {v} ở đây là {k}.",
            "{k} vẫn gắn bó với nghề {v}.",
            "Hễ nhắc tới {v}, ai cũng nghĩ đến {k}.",
        ),
    ),
    Lookup(
        "person",
        "int 101 480",
        (
            "Khách sạn đêm nay gần kín.",
            "Ký túc xá chia phòng xong từ sớm.",
            "Danh sách phòng treo ở cửa.",
        ),
        ("{k} nhận phòng {v}", "phòng {v} là của {k}", "{k} ở phòng {v}"),
        (
            "Chìa khóa phòng {v} phải đưa cho {k}.",
            "Ai tìm {k} thì lên phòng {v}.",
            "Phòng {v} sáng đèn, {k} còn thức.",
            "{k} quên ô trong phòng {v}.",
        ),
    ),
    Lookup(
        "crop",
        "k 6 95",
        (
            "Bảng giá sáng nay có mấy dòng.",
            "Bà chủ sạp đọc giá cho người phụ bán.",
            "Chợ đầu mối mở từ nửa đêm.",
        ),
        ("{k} {v}", "{k} giá {v}", "{k} bán {v} một ký"),
        (
            "Ai lấy {k} thì trả {v}.",
            "Một ký {k} vẫn là {v}.",
            "Vậy {k} hết {v} một ký, không bớt.",
            "Bà ghi lại: {k}, {v}.",
        ),
    ),
    Lookup(
        "person",
        "crop",
        (
            "Vườn nhà nào cũng xanh tốt.",
            "Mỗi nhà chọn một thứ cây.",
            "Đoàn thăm vườn ghé nhiều nhà.",
        ),
        ("{k} trồng {v}", "vườn {k} toàn {v}", "{k_t} mê {v}"),
        (
            "Muốn ăn {v} thì ghé vườn {k}.",
            "Vườn {v} ấy là của {k_t}.",
            "{k} vừa tưới xong luống {v}.",
            "Nói đến {v}, phải kể {k}.",
        ),
    ),
    Lookup(
        "person",
        "weight",
        (
            "Cân xong, ai nấy ghi vào sổ.",
            "Cuối buổi, người ta đọc số cân.",
            "Kho nhận hàng của nhiều nhà.",
        ),
        ("{k} {v}", "{k} giao {v}", "{k} được {v}"),
        (
            "Sổ ghi {k} giao {v}.",
            "Phần của {k} là {v}, không thiếu.",
            "Con số {v} đứng cạnh tên {k}.",
            "{k} nhận tiền cho {v}.",
        ),
    ),
    Lookup(
        "person",
        "class 3 12",
        (
            "Sân trường giờ ra chơi rất ồn.",
            "Cô chủ nhiệm điểm danh các em đến muộn.",
            "Đội văn nghệ gồm nhiều lớp.",
        ),
        ("{k} học {v}", "em {k} ở {v}", "{v} có {k}"),
        (
            "Bạn {k} của {v} cười rất tươi.",
            "Hỏi {k}, em bảo mình học {v}.",
            "{v} cử {k} lên bục.",
            "Người của {v} là {k}.",
        ),
    ),
    Lookup(
        "person",
        "subject",
        (
            "Giờ học bắt đầu lúc bảy giờ.",
            "Các thầy cô nhận lớp mới.",
            "Lịch dạy dán ở phòng giáo viên.",
        ),
        ("{k} dạy {v}", "{v} do {k} dạy", "{k} nhận môn {v}"),
        (
            "Giờ {v}, {k} bước vào lớp.",
            "Học trò thích {v} vì {k}.",
            "Môn {v} năm nay là của {k}.",
            "{k} soạn bài {v} tới khuya.",
        ),
    ),
    Lookup(
        "person",
        "tr 2 60",
        ("Quyển sổ nợ đã cũ.", "Hụi tháng này chốt xong.", "Tiền góp vốn ghi từng dòng."),
        ("{k} góp {v}", "{k} {v}", "phần của {k} là {v}"),
        (
            "Số tiền {v} là của {k}.",
            "{k} đã nộp đủ {v}.",
            "Kế toán đọc to: {k}, {v}.",
            "Trả lại {k} đúng {v}.",
        ),
    ),
    Lookup(
        "int 11 98",
        "market",
        (
            "Bến xe chia nhiều tuyến.",
            "Xe buýt ở đây sơn cùng một màu.",
            "Bảng chỉ dẫn treo ở bến.",
        ),
        ("xe số {k} đi {v}", "tuyến {k} tới {v}", "xe {k} ghé {v}"),
        (
            "Muốn tới {v}, khách lên xe số {k}.",
            "Xe số {k} dừng lâu ở {v}.",
            "Bà cụ đi {v} nên chờ xe {k}.",
            "Tài xế xe {k} hô to: {v}!",
        ),
    ),
    Lookup(
        "person",
        "moment",
        ("Lịch trực dán trên tường.", "Phòng khám chia ca.", "Đội tuần tra đổi phiên."),
        ("{k} trực {v}", "{v} là phiên của {k}", "{k} nhận ca {v}"),
        (
            "Ca {v} vẫn do {k} trực.",
            "{k} có mặt {v}, đúng như lịch.",
            "Ai cần gặp {k} thì đến {v}.",
            "Phiên {v} không ai khác ngoài {k}.",
        ),
    ),
    Lookup(
        "person",
        "title",
        (
            "Giá sách của thư viện có nhiều cuốn mới.",
            "Buổi đọc sách diễn ra trong im lặng.",
            "Hội viết văn gặp nhau mỗi tháng.",
        ),
        ('{k} viết "{v}"', '"{v}" của {k}', '{k} đọc "{v}"'),
        (
            'Cuốn "{v}" có tên {k} trên bìa.',
            '{k} ký tặng cuốn "{v}".',
            ('Nhắc "{v}" là nhắc {k}.'),
            'Trang đầu cuốn "{v}" ghi: {k}.',
        ),
    ),
    Lookup(
        "name",
        "score 5",
        ("Vòng đấu khép lại.", "Bảng điện tử hiện kết quả.", "Cổ động viên ghi kết quả vào sổ."),
        ("{k} thắng {v}", "trận của {k}: {v}", "{k} {v}"),
        ("Như vậy {k} có trận {v}.", "Kết quả {v} làm người {k} vui.", ("{k} ăn mừng tỉ số {v}.")),
    ),
    Lookup(
        "district",
        "int 12 39",
        (
            "Đài đọc nhiệt độ các nơi.",
            "Trưa nay nơi nóng nơi mát.",
            "Trạm khí tượng gửi số liệu.",
        ),
        ("{k} {v} độ", "ở {k} là {v} độ", "{k} đo được {v} độ"),
        ("Con số {v} độ là của {k}.", "Người {k} chịu {v} độ.", "{k} vẫn {v} độ khi trời tối."),
    ),
    Lookup(
        "firm",
        "road",
        (
            "Phố mới có nhiều hàng quán.",
            "Người giao hàng nhớ từng địa chỉ.",
            "Danh bạ in chữ nhỏ.",
        ),
        ("{k} ở {v}", "quán {k} mở trên {v}", "tiệm {k} nằm bên {v}"),
        (
            "Đi hết {v} sẽ gặp {k}.",
            "{k} treo biển ở {v}.",
            "Hàng gửi {k} thì chở tới {v}.",
            "Trên {v} chỉ có {k}.",
        ),
    ),
    Lookup(
        "person",
        "goods",
        (
            "Ai cũng mua được món vừa ý.",
            "Buổi bốc thăm trúng thưởng thật vui.",
            "Kho phát đồ cho từng người.",
        ),
        ("{k} lấy {v}", "{k} nhận {v}", "phần {k} là {v}"),
        (
            "{v} giờ nằm trong nhà {k}.",
            "{k} khoe {v} với hàng xóm.",
            "Người có {v} là {k}.",
            "{k} gói {v} cẩn thận.",
        ),
    ),
    Lookup(
        "person",
        "date",
        (
            "Sổ tay chép ngày sinh của mọi người.",
            "Lịch treo tường khoanh nhiều ô đỏ.",
            "Mỗi người xin nghỉ một hôm.",
        ),
        ("{k} {v}", "{k} ghi {v}", "{v} là của {k}"),
        (
            "Đến {v}, mọi người nhớ tới {k}.",
            "{k} chờ mãi mới tới {v}.",
            "Ô {v} đề tên {k}.",
            "Không ai quên {v} của {k}.",
        ),
    ),
    Lookup(
        "person",
        "instrument",
        ("Dàn nhạc làng tập mỗi tối.", "Câu lạc bộ chia nhóm.", "Sân đình vang tiếng nhạc."),
        ("{k} chơi {v}", "{v} do {k} chơi", "{k} cầm {v}"),
        (
            "Tiếng {v} ấy là của {k}.",
            "{k} lau {v} rồi cất đi.",
            "Không có {k} thì thiếu tiếng {v}.",
        ),
    ),
    Lookup(
        "rural",
        "int 40 980 10",
        ("Số hộ có điện tăng nhanh.", "Đoàn cứu trợ chia gạo.", "Bảng thống kê có mấy cột."),
        ("{k} {v} hộ", "{k} có {v} hộ", "{v} hộ ở {k}"),
        ("Riêng {k} là {v} hộ.", "Xe chở phần cho {v} hộ ở {k}.", "Cột cuối ghi {k}, {v} hộ."),
    ),
    Lookup(
        "country",
        "int 5 95",
        (
            "Tàu hàng rời cảng lúc rạng sáng.",
            "Đơn hàng đến từ nhiều nơi.",
            "Phòng xuất khẩu bận rộn.",
        ),
        ("{k} {v} tấn", "đi {k} {v} tấn", "{k} đặt {v} tấn"),
        (
            "Chuyến sang {k} chở {v} tấn.",
            "Khách {k} trả tiền cho {v} tấn.",
            "{v} tấn kia là của {k}.",
        ),
    ),
)

JOINS = (", ", ", ", "; ", ". ")
RECAPS = (
    "Đọc lại lần nữa:",
    "Chép lại cho chắc:",
    "Nhắc lại:",
    "Trên bảng vẫn thấy:",
    "Về nhà kể lại:",
)


def paragraph(rng: Random, kind: Lookup) -> str:
    """One paragraph: opening, three to six pairs, then some of them again, or all in order."""
    count = between(rng, 3, 6)
    facts = draw(
        rng,
        {
            f"{side}{i}": spec
            for i in range(count)
            for side, spec in (("k", kind.key), ("v", kind.value))
        },
    )
    own = [_pair_facts(facts, i) for i in range(count)]
    wording, join = pick(rng, kind.pair), pick(rng, JOINS)
    stated = [wording.format_map(pair) for pair in own]
    parts = [choose(rng, pick(rng, kind.openings)), f"{join.join(stated)}."]
    if rng.random() < 0.25:
        parts.append(f"{pick(rng, RECAPS)} {', '.join(stated)}.")
    else:
        parts += _restated(rng, kind.again, own)
    parts.append(pick(rng, kind.closings))
    return sentence_case(" ".join(part for part in parts if part))


def _pair_facts(facts: dict[str, str], number: int) -> dict[str, str]:
    pair: dict[str, str] = {}
    for side in "kv":
        name = f"{side}{number}"
        pair |= {
            side + key[len(name) :]: value
            for key, value in facts.items()
            if key == name or key.startswith(f"{name}_")
        }
    return pair


def _restated(rng: Random, wordings: Sequence[str], own: Sequence[dict[str, str]]) -> list[str]:
    chosen = shuffled(rng, own)[: between(rng, 2, 3)]
    orders = shuffled(rng, wordings)
    return [expand(rng, orders[i % len(orders)], pair) for i, pair in enumerate(chosen)]
