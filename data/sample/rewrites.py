"""Sentences to rewrite: a source in several wordings and the one line that is expected of it.

A rewrite belongs to a manner, which its instructions share: ``dao`` turns a sentence round to
start with the other side, ``trang_trong`` makes a casual message a formal line, ``ngoi_ba`` turns
first person into third, ``thoi_gian`` puts the time first.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rewrite:
    """`slots`: slot → kind; `sources`: wordings, all with the slots that `target` uses."""

    name: str
    manner: str
    slots: Mapping[str, str]
    sources: tuple[str, ...]
    target: str


TURNED = (
    Rewrite(
        "mua_ban",
        "dao",
        {"a": "person", "b": "person", "w": "weight small", "q": "crop"},
        (
            "{a_t} [vừa bán|đã bán] cho {b_t} {w} {q}.",
            "[Sáng nay|Hôm qua|Hôm kia] {a_t} cân {w} {q} bán cho {b_t}.",
            "{w} {q} được {a_t} [bán lại|để lại] cho {b_t}.",
        ),
        "{b_t} mua của {a_t} {w} {q}.",
    ),
    Rewrite(
        "cho_muon",
        "dao",
        {"a": "person", "b": "person", "do": "goods", "n": "int 2 28"},
        (
            "{a_t} cho {b_t} mượn {do} [trong|] {n} ngày.",
            "Thấy {b_t} cần {do}, {a_t} [đem cho|cho] mượn {n} ngày.",
            "{do} của {a_t} [đang được|được] đem cho {b_t} mượn, [hẹn|thời hạn] {n} ngày.",
        ),
        "{b_t} mượn {do} của {a_t} {n} ngày.",
    ),
    Rewrite(
        "day_hoc",
        "dao",
        {"a": "person old", "b": "person young", "m": "subject", "n": "int 2 12"},
        (
            "{a_t} [dạy|kèm] {b_t} môn {m} suốt {n} tháng.",
            "Suốt {n} tháng, {a_t} [dạy|chỉ] môn {m} cho {b_t}.",
            "Môn {m}, {a_t} đã [kèm|dạy] {b_t} được {n} tháng.",
        ),
        "{b_t} học môn {m} với {a_t} {n} tháng.",
    ),
    Rewrite(
        "thang_thua",
        "dao",
        {"a": "name", "b": "name", "s": "score 5", "san": "ground"},
        (
            "Đội {a} [thắng|hạ] đội {b} {s} ở {san}.",
            "Ở {san}, đội {a} [vượt qua|đánh bại] đội {b} với tỉ số {s}.",
            "Trận ở {san} kết thúc: đội {a} [hơn|thắng] đội {b} {s}.",
        ),
        "Đội {b} thua đội {a} {s_r} ở {san}.",
    ),
    Rewrite(
        "tra_no",
        "dao",
        {"a": "person", "b": "person", "tien": "tr 2 60", "d": "date"},
        (
            "{a_t} [trả|gửi trả] {tien} cho {b_t} {d}.",
            "{d}, {a_t} [đưa|giao] cho {b_t} số tiền {tien}.",
            "Số tiền {tien} [đã được|được] {a_t} trao cho {b_t} {d}.",
        ),
        "{b_t} nhận của {a_t} {tien} {d}.",
    ),
    Rewrite(
        "cao_thap",
        "dao",
        {"a": "person", "b": "person", "n": "int 2 19"},
        (
            "{a} cao hơn {b} {n} cm.",
            "[Đứng cạnh nhau|So với nhau], {a} hơn {b} {n} cm chiều cao.",
            "Về chiều cao, {a} [vượt|hơn] {b} {n} cm.",
        ),
        "{b} thấp hơn {a} {n} cm.",
    ),
    Rewrite(
        "ve_tranh",
        "dao",
        {"a": "person", "ten": "title", "n": "int 3 90"},
        (
            '{a_t} vẽ bức "{ten}" trong {n} ngày.',
            'Mất {n} ngày, {a_t} [mới vẽ xong|đã vẽ xong] bức "{ten}".',
            '{a_t} [bỏ ra|dành] {n} ngày để vẽ bức "{ten}".',
        ),
        'Bức "{ten}" được {a_t} vẽ trong {n} ngày.',
    ),
)

FORMAL = (
    Rewrite(
        "nhan_hop",
        "trang_trong",
        {"who": "person", "p": "int 2 60", "h": "hour", "w": "weekday"},
        (
            "[Mấy đứa|Anh em|Cả nhà] ơi, {who} dặn {h} {w} họp ở phòng {p} [nha|nhé|đó], đừng "
            "có trễ.",
            "Ê, {w} này {h} vô phòng {p} họp [nghen|nha], {who} kêu đó.",
            "{who} [nhắn|bảo] tụi mình {h} {w} qua phòng {p} họp, nhớ [nha|nhé].",
        ),
        "{who} mời họp lúc {h} {w} tại phòng {p}.",
    ),
    Rewrite(
        "xin_nghi",
        "trang_trong",
        {"who": "person", "n": "int 2 9", "w": "weekday", "cty": "firm"},
        (
            "[Sếp|Anh|Chị] ơi em {who} bên {cty} nè, em mệt quá, cho em nghỉ {n} bữa từ {w} "
            "[nha|nghen].",
            "Em là {who} ở {cty}, nhà có việc gấp, từ {w} em nghỉ {n} hôm [được không ạ|nhé].",
            "Báo {cty} giùm em: {who} đau lưng, nghỉ luôn {n} bữa kể từ {w} [đó|nha].",
        ),
        "{who} xin công ty {cty} nghỉ {n} ngày từ {w}.",
    ),
    Rewrite(
        "rao_ban",
        "trang_trong",
        {"who": "person", "do": "goods", "gia": "k 60 900 10", "r": ("road")},
        (
            "Ai mua {do} [hông|không], còn mới [tinh|cáu] nè, để lại {gia} thôi, ghé {r} kiếm "
            "{who} nha.",
            "Bán lẹ {do} giá {gia}, [khỏi|đừng] trả giá, tới {r} hỏi {who} là ra.",
            "{who} ở {r} [muốn|tính] bán {do}, lấy {gia} thôi, ai cần hú một tiếng.",
        ),
        "{who} bán {do} giá {gia} ở {r}.",
    ),
    Rewrite(
        "dat_mon",
        "trang_trong",
        {"n": "int 2 40", "m": "dish", "k": "int 3 400", "r": "road", ("h"): ("hour")},
        (
            "Cho {n} phần {m} qua số {k} {r} lúc {h} [nha|nghen] chủ quán.",
            "Quán ơi, {h} đem giùm {n} phần {m} tới số {k} {r} [coi|nhé], đói lắm rồi.",
            "Tới {h} là phải có {n} phần {m} ở số {k} {r} đó [nha|nghe chưa].",
        ),
        "Xin giao {n} phần {m} đến số {k} {r} lúc {h}.",
    ),
    Rewrite(
        "mat_do",
        "trang_trong",
        {"who": "person", "do": "lost", "cho": "market", "t": "moment"},
        (
            "Trời ơi, tui là {who}, tui rớt {do} ở {cho} {t}, ai lượm được cho xin lại [nha|với].",
            "[Khổ quá|Buồn ghê], {t} ghé {cho} rồi mất tiêu {do}, ai thấy thì kêu {who} "
            "[nha|nghen].",
            "Có ai thấy {do} ở {cho} [không|hông], {who} làm rơi {t} đó.",
        ),
        "{who} đánh mất {do} ở {cho} {t}.",
    ),
    Rewrite(
        "doi_nha",
        "trang_trong",
        {"who": "person", "a": "road", "b": "road", "d": "date"},
        (
            "{who} dọn [khỏi|ra khỏi] {a} rồi, từ {d} qua {b} ở [nha|đó] bà con.",
            "Từ {d} đừng tới {a} kiếm {who} nữa, [người ta|nhà] dời qua {b} rồi.",
            "Ê, {d} {who} [bưng đồ|dọn đồ] từ {a} sang {b} đó, ai rảnh phụ một tay.",
        ),
        "{who} chuyển nhà từ {a} sang {b} {d}.",
    ),
    Rewrite(
        "hen_gap",
        "trang_trong",
        {"a": "person", "b": "person", "h": "hour", "noi": "lake"},
        (
            "{b} ơi, {a} nè, {h} ra {noi} gặp chút [nha|nghen].",
            "Nói với {b} là {h} [có mặt|tới] ở {noi}, {a} chờ đó.",
            "{a} [đợi|chờ] ở {noi} lúc {h}, kêu {b} đi lẹ lên.",
        ),
        "{a} hẹn {b} lúc {h} tại {noi}.",
    ),
    Rewrite(
        "muon_xe",
        "trang_trong",
        {"a": "person", "n": "int 2 30", "noi": "commune", "d": "date"},
        (
            "Cần gấp xe chở {n} người đi {noi} {d} [nha|nghen], hỏi {a} tính tiền.",
            "{d} tụi này {n} mạng đi {noi}, có xe không, [gọi|kêu] {a} [giùm|nha].",
            "{a} kiếm xe cho {n} người [qua|về] {noi}, {d} đi rồi [đó|nha].",
        ),
        "{a} cần thuê xe đưa {n} người đi {noi} {d}.",
    ),
)

PERSON = (
    Rewrite(
        "gioi_thieu",
        "ngoi_ba",
        {"who": "person", "n": "int 18 70", "j": "job", "xa": "commune"},
        (
            "Tôi tên là {who}, [năm nay|] {n} tuổi, làm {j} ở {xa}.",
            "Tôi làm {j}, [nhà|sống] ở {xa}, tên {who}, mới {n} tuổi.",
            "Chào mọi người, tôi là {who}, {j} ở {xa}, [vừa tròn|đã] {n} tuổi.",
        ),
        "{who}, {n} tuổi, làm {j} ở {xa}.",
    ),
    Rewrite(
        "ke_viec",
        "ngoi_ba",
        {"who": "person", "cay": "sapling", "n": "int 12 900", "xa": ("hamlet")},
        (
            "Tôi là {who}, tôi [đã trồng|vừa trồng] {n} cây {cay} ở {xa}.",
            "Ở {xa}, tôi trồng được {n} cây {cay}; tên tôi là {who}.",
            "{n} cây {cay} ở {xa} là do tôi, {who}, [tự tay|] trồng.",
        ),
        "{who} trồng {n} cây {cay} ở {xa}.",
    ),
    Rewrite(
        "ke_giai",
        "ngoi_ba",
        {"who": "person", "bai": "title", "d": "int 70 99", "hall": "hall"},
        (
            'Tôi, {who}, hát bài "{bai}" ở {hall} và được {d} điểm.',
            'Được {d} điểm, tôi vui lắm! Tôi là {who}, hát bài "{bai}" ở {hall}.',
            'Tôi tên {who}. Ở {hall} tôi hát "{bai}", [người ta|ban giám khảo] cho {d} điểm.',
        ),
        '{who} hát "{bai}" ở {hall}, được {d} điểm.',
    ),
)

TIMED = (
    Rewrite(
        "len_duong",
        "thoi_gian",
        {"who": "person", "noi": "commune", "t": "moment", "n": ("int 3 60")},
        (
            "{who_t} [cùng|và] {n} người lên đường đi {noi} {t}.",
            "Đoàn của {who_t} gồm {n} người [rời nhà|khởi hành] đi {noi} {t}.",
            "{n} người theo {who_t} [đi|tới] {noi} {t}.",
        ),
        "{t}, {who_t} cùng {n} người đi {noi}.",
    ),
    Rewrite(
        "sua_cau",
        "thoi_gian",
        {"who": "person m", "c": "bridge", "d": "date", "n": "int 4 40"},
        (
            "{who_t} và {n} thợ [bắt đầu|] sửa {c} {d}.",
            "Việc sửa {c} do {who_t} cùng {n} thợ làm [từ|vào] {d}.",
            "{c} được {who_t} [dẫn|đưa] {n} thợ tới sửa {d}.",
        ),
        "{d}, {who_t} cùng {n} thợ sửa {c}.",
    ),
    Rewrite(
        "dien_kich",
        "thoi_gian",
        {"ten": "title", "hall": "hall", "t": "moment", "who": "person"},
        (
            'Vở "{ten}" của {who} [diễn|được diễn] ở {hall} {t}.',
            '{who} [mang|đưa] vở "{ten}" tới diễn ở {hall} {t}.',
            '{hall} diễn vở "{ten}" do {who} [viết|dựng] {t}.',
        ),
        '{t}, {hall} diễn vở "{ten}" của {who}.',
    ),
)

REWRITES = TURNED + FORMAL + PERSON + TIMED
