"""Stories of public life: sport, weather, traffic, farms, schools, clinics, nature."""

from sample.story import Story

STORIES: tuple[Story, ...] = (
    (
        {
            "a": "name",
            "b": "name",
            "s": "score 5",
            "who": "person m young",
            "san": "ground",
            "m": ("int 3 88"),
        },
        (
            "{a} hạ {b}. Khán giả [đứng kín|chật kín] {san} để xem {a} gặp {b}. Phút {m}, {who} "
            "sút tung lưới, rồi {who} còn chuyền cho đồng đội. Hết giờ, bảng điểm ghi {s}: {a} "
            "thắng, {b} thua. Người hùng của {a} là {who}, tác giả bàn thắng phút {m}.",
            "Thể thao. {who} là cái tên được hô vang ở {san}. Chính {who} làm bàn ở phút {m} cho "
            "{a}. {b} cố gỡ nhưng không nổi, đành chịu {s}. Rời {san}, cầu thủ {b} bắt tay {who}; "
            "còn {a} mang về trận thắng {s}.",
        ),
    ),
    (
        {"w": "person", "l": "person", "xa": "commune", "km": "int 3 42", "n": "int 60 900 10"},
        (
            "Sáng sớm, {n} đôi chân cùng chạy qua {xa}. Đường dài {km} km. Dẫn đầu là {w}, bám sau "
            "là {l}. Đến cây số cuối, {l} hụt hơi, {w} vượt lên. Thế là {w} nhất, {l} nhì. Cả {xa} "
            "vỗ tay khen {w}, người thắng {n} đối thủ trên {km} km.",
            "{l} tiếc nuối kể: tôi chạy {km} km ngang {xa} mà vẫn kém {w}. {w} thì cười, bảo {l} "
            "chạy rất hay. Giải có {n} người, nhưng ai cũng chỉ nhắc {w} và {l}, hai người chạy "
            "nhanh nhất {xa}.",
        ),
    ),
    (
        {"w": "person m", "l": "person m", "v": "int 20 70", "hall": "hall"},
        (
            "{w_a} và {l_a} ngồi bên bàn cờ ở {hall}. {w} cầm quân đỏ, {l} cầm quân đen. Đi hết "
            "{v} nước, {l} bí. {l} chìa tay: thua rồi! Người coi cờ ở {hall} chép vào sổ: {w} "
            "được, {l} mất, {v} nước.",
        ),
    ),
    (
        {"who": "person", "ho": "lake", "d": "date", "fee": "k 30 120 5"},
        (
            "{who_t} bơi giỏi từ nhỏ. Nay {who_a} dạy trẻ con bơi ở {ho}. Ai học với {who} đóng "
            "{fee}. Bọn trẻ mong tới {d}, vì {d} là hôm {who} thổi còi khai giảng. {ho} sẽ rộn "
            "tiếng cười, {fee} cho một giờ vui cũng đáng.",
        ),
    ),
    (
        {"who": "person", "ten": "title", "bt": "museum", "n": "int 15 120", "d": "period"},
        (
            '"{ten}" là tên phòng tranh của {who}. {who} treo {n} bức lên tường {bt}. Người yêu '
            'tranh tới {bt} từ {d}, ra về còn nhớ mãi "{ten}". Khi {d_e} đến, {who} gỡ {n} bức '
            "xuống và cảm ơn {bt}.",
            "Văn hóa. Suốt từ {d} tới {d_e}, {bt} đầy màu sắc. Đó là tranh {who}, tất cả {n} bức. "
            '{who} đặt tên phòng tranh là "{ten}" để nhớ tuổi thơ. Ai hỏi "{ten}" ở đâu, người '
            "ta chỉ ngay {bt}.",
        ),
    ),
    (
        {"lang": "village", "who": "person m old", "nghe": "craft", "n": "int 2 9", "d": "date"},
        (
            "{lang} vào hội. Cụ {who} gõ ba hồi trống, {lang} bừng tỉnh. Trẻ con chạy xem "
            "{nghe}, người già cũng xem {nghe}. Hội {lang} bắt đầu {d}, {n} ngày sau mới tan. "
            "Cụ {who} bảo: hễ tới {d} là {lang} lại thi {nghe}, {n} ngày đêm.",
        ),
    ),
    (
        {"who": "person", "ten": "title", "tr": "int 90 600", "gia": "k 45 250 5", "nxb": "firm"},
        (
            'Trên kệ của {nxb} có cuốn "{ten}". Người viết "{ten}" là {who}. Sách {tr} '
            "trang, bìa ghi {gia}. Cô bán sách ở {nxb} khen {who} viết hay, {tr} trang đọc một "
            'đêm là hết. Ai trả {gia} cho "{ten}" đều thấy vui.',
            '{who} ngồi ký sách ở {nxb}. Ai cũng ôm cuốn "{ten}". Có người hỏi {who} viết {tr} '
            'trang hết bao lâu. {who} đáp: hai năm. Giá {gia}, thế mà "{ten}" hết sạch ở {nxb}, '
            "cả {tr} trang đều là chuyện thật của {who}.",
        ),
    ),
    (
        {"who": "person", "bai": "title", "dc": "instrument", "gk": "person", "d": "int 70 99"},
        (
            'Sân khấu tối đèn, tiếng {dc} cất lên. {who} hát "{bai}". Ngồi dưới, {gk} nhắm '
            "mắt nghe {who}. Tiếng {dc} dứt, {gk} giơ bảng {d}. {d} điểm! {who} khóc, khán giả "
            'đòi nghe "{bai}" lần nữa, và {dc} lại vang.',
        ),
    ),
    (
        {"h": "district", "k": "district", "mm": "int 20 240", "c": "int 19 36"},
        (
            "Thời tiết. Mây đen phủ {h}, còn {k} xanh trong. Người {h} mặc áo mưa, người {k} đội "
            "nón. Thùng đo mưa ở {h} đầy {mm} mm. Ở {k}, nhiệt kế dừng tại {c} độ. Chiều về, {h} "
            "vẫn mưa, {mm} mm chưa hết; {k} vẫn nắng, {c} độ.",
            "Bà nội ở {h}, ông ngoại ở {k}. Bà gọi điện kể {h} mưa tới {mm} mm. Ông ngạc nhiên: "
            "{k} khô cong, nóng {c} độ. Cùng một ngày mà {h} thì {mm} mm nước, {k} thì {c} độ "
            "nắng.",
        ),
    ),
    (
        {"xa": "commune", "c": "int 3 11", "n": "int 2 9", "g": "int 4 8"},
        (
            "{xa} co ro. Gió cấp {g} lùa qua khe cửa, ngoài sân chỉ {c} độ. Các cụ ở {xa} đốt củi "
            "suốt {n} ngày. {c} độ là con số lạnh nhất năm. Qua {n} ngày, gió cấp {g} mới lặng và "
            "{xa} lại ấm.",
        ),
    ),
    (
        {"so": "int 1 14", "bo": "name", "km": "int 40 600 10", "cap": "int 8 14"},
        (
            "Radio trên thuyền báo bão số {so}. Bão số {so} mạnh cấp {cap}, đang tiến về {bo}. Ngư "
            "dân {bo} kéo thuyền lên cao. Còn {km} km nữa thôi! {km} km với sức gió cấp {cap} là "
            "rất gần. Cả {bo} thức chờ bão số {so} đi qua.",
        ),
    ),
    (
        {"song": "river", "m": "dec 1 4", "r": "road", "s": "station"},
        (
            "Triều lên. Nước {song} tràn bờ, {r} thành sông. Người đo nước ở {s} đọc: {m} m. {m} m "
            "là mức ít thấy ở {song}. Xe máy trên {r} chết máy hàng loạt. {s} nhắc mọi người tránh "
            "{r} tới khi {song} rút.",
        ),
    ),
    (
        {"r": "road", "q": "road", "cau": "bridge", "n": "int 3 60", "who": "person m"},
        (
            "Giao thông. Thợ đào {r} để chữa {cau}. Ai quen chạy {r} nay vòng sang {q}. {who} "
            "cầm cờ, phất mọi xe qua {q}. Phải {n} ngày {cau} mới xong. {n} ngày ấy {q} đông "
            "nghẹt, {r} vắng tanh, và {who} đứng nắng cả ngày.",
        ),
    ),
    (
        {
            "cau": "bridge",
            "xa": "commune",
            "m": "int 18 320",
            "song": "river",
            "tien": ("tr 120 980 10"),
        },
        (
            "Ngày xưa qua {song} phải đi đò. Nay {xa} có {cau}. Đứng trên {cau} nhìn xuống {song} "
            "thấy lạnh chân. {cau} dài {m} m, tốn {tien}. Người {xa} góp từng đồng cho đủ {tien}. "
            "Cụ già đi hết {m} m rồi quay lại, khen {xa} khéo lo.",
        ),
    ),
    (
        {"so": "int 11 98", "a": "market", "b": "hospital", "gia": "k 5 30", "p": "int 10 45 5"},
        (
            "Bà Sáu đứng ở {a} đợi xe {so}. Xe {so} cứ {p} phút lại tới. Bà đưa {gia} cho phụ xe, "
            "nói muốn tới {b}. Từ {a} về {b} không xa. Lỡ chuyến thì chờ {p} phút. Vé {gia}, xe "
            "{so}, xuống {b}: bà nhớ như in.",
        ),
    ),
    (
        {"a": "person", "b": "person", "cho": "crossing", "bv": "hospital"},
        (
            "Rầm! Ở {cho} có tiếng động lớn. {a} ngã xuống đường, {b} vội nhảy khỏi xe tải. {b} đỡ "
            "{a} dậy rồi gọi xe đưa {a} đến {bv}. Bác sĩ {bv} bảo {a} chỉ xây xát. {b} thở phào, "
            "hứa từ nay qua {cho} sẽ đi chậm, và ngày nào cũng vào {bv} thăm {a}.",
        ),
    ),
    (
        {"b": "port", "h": "hours", "gia": "k 4 25", "who": "person"},
        (
            "Ông lái đò kể: {b} thức dậy lúc {h}, ngủ lúc {h_e}. {who_t} trông {b} đã lâu. Ai "
            "có xe máy thì đưa {who} {gia}. Trước {h} chưa có đò, sau {h_e} hết đò. Vì thế "
            "khách quen của {b} đều biết {who} và giá {gia}.",
        ),
    ),
    (
        {
            "who": "person",
            "xa": "hamlet",
            "cay": "crop",
            "sl": "weight",
            "buy": "firm",
            "gia": ("k 6 95"),
        },
        (
            "Nông nghiệp. Mùa này {cay} sai quả. {who_t} hái {cay} từ tinh mơ, đếm được {sl}. Xe "
            "của {buy} vào tận {xa} chở. {buy} trả {gia} mỗi ký. {sl} {cay} đổi lấy tiền đóng học "
            "cho con, {who_a} mừng. Người {xa} bảo {buy} mua {gia} là phải.",
            "{buy} gọi điện cho {who}: còn {cay} không? {who} đáp còn {sl}. {gia} một ký nhé? "
            "Được, {gia}. Hôm sau {buy} chạy xe tới {xa}, cân đủ {sl} {cay}. {xa} lại ồn ào, "
            "{who} đếm tiền.",
        ),
    ),
    (
        {
            "who": "person",
            "a": "crop",
            "b": "crop",
            "ha": "int 2 30",
            "lai": "tr 120 980 10",
            "xa": ("commune"),
        },
        (
            "{who} chán {a}. Trồng {a} bao năm vẫn nghèo. {who_a} nhổ {a}, xuống giống {b}, đủ "
            "{ha} ha. Năm sau {b} bán được {lai}. Dân {xa} hỏi {who} sao bỏ {a}, {who} chỉ {ha} "
            "ha {b} xanh mướt: {lai} đó! Nay nửa {xa} theo {b}.",
        ),
    ),
    (
        {"xa": "rural", "s": "pest", "ha": "int 12 400", "who": "person"},
        (
            "Lúa {xa} vàng úa. {who} lội ruộng, vạch lá thấy {s}. Lại là {s}! {ha} ha chứ ít gì. "
            "{who} ghi vào sổ: {xa}, {s}, {ha} ha. Bà con {xa} nghe {who}, cùng nhau diệt {s} suốt "
            "tuần, cứu được {ha} ha.",
        ),
    ),
    (
        {"htx": "name", "q": "fruit", "sl": "int 6 90", "nuoc": "country", "who": "person"},
        (
            "Container lạnh chở {q} rời {htx}. Bên trong là {sl} tấn {q}, nơi đến là {nuoc}. {who} "
            "đứng nhìn theo, lo {q} dập. Mười ngày sau {nuoc} báo tin: {sl} tấn nguyên vẹn. {who} "
            "về {htx} kể cho mọi người, ai cũng muốn trồng thêm {q} cho {nuoc}.",
        ),
    ),
    (
        {"who": "person", "con": "animal", "n": "int 30 900 10", "v": "person", "von": "tr 20 95"},
        (
            "{who} khởi nghiệp bằng đàn {con}. Tiền thì {v} đưa: {von}. {v} tin {who}. {who} "
            "chăm {con} ngày đêm, đàn lớn dần lên {n} con. Bán một lứa, {who} trả {v} đủ {von}. "
            "{v} đùa: {n} con {con} kia phải có phần tôi chứ!",
        ),
    ),
    (
        {
            "who": "person young",
            "tr": "school",
            "mon": "subject",
            "gv": "person",
            "d": "int 85 100",
        },
        (
            "Giáo dục. {gv} đọc điểm {mon}. Đến tên {who}, {gv} dừng lại: {d}! Cả {tr} chưa ai "
            "được {d} môn {mon}. {who} đỏ mặt. Sau này {who} kể, nhờ {gv} mà em mê {mon}. {tr} "
            "treo ảnh {who} ở cổng, bên dưới ghi {mon}: {d}.",
        ),
    ),
    (
        {"who": "person old", "tr": "primary", "n": "int 10 95", "tien": "tr 1 9", "cty": "firm"},
        (
            "Trò nghèo {tr} có thêm sách vở. {who_t} của {cty} mang {n} phong bì tới {tr}. Mở ra, "
            "mỗi phong bì {tien}. {n} đứa trẻ ôm {who_a}. {cty} nhỏ thôi, nhưng {who} thương trẻ. "
            "{tien} với {cty} là ít, với {tr} là nhiều.",
        ),
    ),
    (
        {"tr": "primary", "n": "int 300 6000 50", "who": "person", "m": "int 40 220"},
        (
            "{who} xếp sách lên kệ từ sáng. {n} cuốn, kệ nào cũng đầy. Phòng đọc chừng {m} mét "
            "vuông ở {tr} thơm mùi giấy. Học trò {tr} hỏi {who} có truyện tranh không. {who} cười: "
            "{n} cuốn thì thiếu gì! {m} mét vuông ấy là góc vui nhất {tr}.",
        ),
    ),
    (
        {"tr": "school", "p": "int 2 40", "who": "person", "d": "period"},
        (
            "Mẹ dắt con tới {tr}. Bảo vệ chỉ: phòng {p}. Ở phòng {p}, {who} xem giấy tờ. {who} dặn "
            "{tr} mở sổ {d}, khép sổ {d_e}. May quá, chưa tới {d_e}. Mẹ cảm ơn {who}, nhớ kỹ phòng "
            "{p} để lần sau đưa em đến {tr}.",
        ),
    ),
    (
        {"lop": "class 3 9", "bt": "museum", "gv": "person", "n": "int 22 48"},
        (
            "{lop} háo hức cả đêm. Trời vừa sáng, {gv} đếm: đủ {n} em. {n} em leo lên xe đi "
            "{bt}. Ở {bt}, {lop} xem trống đồng. {gv} kể chuyện xưa, {n} đôi mắt tròn xoe. Về "
            "trường, {lop} viết bài về {bt}, {gv} đọc và khen.",
        ),
    ),
    (
        {"bs": "person", "tt": "clinic", "xa": "hamlet", "n": "int 40 500 5"},
        (
            "Y tế. {bs} về {xa} bằng thuyền. Bà con {xa} kéo ra {tt} chờ {bs} từ gà gáy. Cả "
            "ngày {bs} khám {n} lượt. {n} lượt mà không than mệt. {tt} chưa bao giờ đông thế. "
            "Tiễn {bs}, người {xa} biếu buồng chuối.",
        ),
    ),
    (
        {"who": "person", "lan": "int 5 60", "hall": "hall", "bv": "hospital", "n": "int 45 480"},
        (
            "{who} xắn tay áo. Đây là lần {lan} {who} cho máu. Phòng lớn của {hall} có {n} túi "
            "máu, chiều nay sẽ về {bv}. Cô y tá của {bv} nhớ mặt {who}. {lan} lần rồi ư? Đúng, "
            "{lan} lần. {hall} vỗ tay cho {who}, cho {n} túi máu.",
        ),
    ),
    (
        {"tt": "clinic", "v": "vaccine", "yt": "person f", "d": "date"},
        (
            "Bé khóc ré ở {tt}. {yt} dỗ: tiêm {v} rồi thì hết sợ {v}. Mẹ bé xem sổ: mũi {v}, {d}. "
            "{yt} dán kẹo lên tay bé. Rời {tt}, mẹ bảo {d} thật may gặp {yt}, nhẹ tay mà vui tính.",
        ),
    ),
    (
        {"xa": "commune", "b": "illness", "n": "int 12 190", "who": "person"},
        (
            "Trống gọi họp ở {xa}. {who} nói về {b}. Số người mắc {b} là {n}. {n} người, gần "
            "bằng một trường học! {who} phát tờ giấy dạy tránh {b}. Từ hôm ấy dân {xa} rửa tay, "
            "ngủ màn, và {who} không phải gõ cửa từng nhà.",
        ),
    ),
    (
        {
            "bv": "hospital",
            "m": "machine",
            "tien": "tr 120 980 10",
            "nuoc": "country",
            "ks": ("person"),
        },
        (
            "Thùng gỗ lớn về tới {bv}. Trong thùng là {m}, chữ {nuoc} in ngoài vỏ. {ks} vặn "
            "từng con ốc. Giám đốc {bv} run tay khi ký {tien}. {ks} trấn an: hàng {nuoc} bền "
            "lắm. Từ nay {bv} khỏi gửi bệnh nhân đi xa, {tien} thật đáng.",
        ),
    ),
    (
        {"n": "int 200 9000 50", "cay": "sapling", "xa": "commune", "who": "person"},
        (
            "Môi trường. Đồi trọc ở {xa} đang đổi màu. {who} vác {cay} lên dốc. Mỗi người một hố, "
            "một cây {cay}. Tối đếm lại được {n} cây. {n} cây {cay}, {who} nhẩm, mười năm nữa {xa} "
            "sẽ mát. Trẻ con {xa} đặt tên đồi là đồi {who_a}.",
        ),
    ),
    (
        {"noi": "river", "kg": "int 200 5000 50", "who": "person", "k": "int 25 300 5"},
        (
            "{noi} từng hôi thối. {who} rủ bạn bè, bạn bè rủ thêm, thành {k} người. {k} người lội "
            "{noi}, vớt chai nhựa. Cân lên: {kg} kg! {who} chụp ảnh đống rác {kg} kg. Nay {noi} "
            "trong hơn, {k} người ấy vẫn hẹn nhau mỗi tháng.",
        ),
    ),
    (
        {"con": "wild", "n": "int 2 40", "rung": "forest", "who": "person", "kl": "person m"},
        (
            "{who} mở lồng. {n} con {con} ngơ ngác. {kl} dặn {who} lùi lại. Từng con {con} bò ra, "
            "{rung} nuốt chúng vào bóng xanh. {kl} đếm đủ {n}. {who} vẫy tay chào {con}. {kl} nói "
            "{rung} mới là nhà của chúng.",
        ),
    ),
    (
        {"ho": "lake", "cty": "firm", "phat": "tr 15 95", "who": "person"},
        (
            "Cá chết trắng {ho}. {who} lần theo ống ngầm, tới xưởng {cty}. Chủ {cty} chối. {who} "
            "đưa mẫu nước {ho} ra, chủ {cty} im. Phiếu phạt ghi {phat}. {cty} nộp {phat}, xin lỗi "
            "dân quanh {ho}; {who} còn đến xem lại nhiều lần.",
        ),
    ),
)
